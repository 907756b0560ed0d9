"""What countries are called in German, Swedish, French, Spanish, Dutch, Danish, Norwegian, Finnish, and at home.

From Unicode CLDR (by Babel 2.19); left out is what the table of English names has and what could mean two countries.
Copyright © 1991-2026 Unicode, Inc.; Unicode License v3, https://www.unicode.org/license.txt
"""

TABLE = """\
AD Andorre
AE Vereinigte Arabische Emirate; Förenade Arabemiraten; Émirats arabes unis; Emiratos Árabes Unidos; Verenigde Arabische Emiraten; De Forenede Arabiske Emirater; De forente arabiske emirater; Arabiemiirikunnat; الإمارات العربية المتحدة
AF Afganistán
AG Antigua und Barbuda; Antigua och Barbuda; Antigua-et-Barbuda; Antigua y Barbuda; Antigua en Barbuda; Antigua og Barbuda; Antigua ja Barbuda
AI Anguila
AL Albanien; Albanie; Shqipëri
AM Armenien; Arménie
AQ Antarktis; Antarctique; Antártida
AR Argentinien; Argentine; Argentinië; Argentiina
AS Amerikanisch-Samoa; Amerikanska Samoa; Samoa américaines; Samoa Americana; Amerikaans-Samoa; Amerikansk Samoa; Amerikan Samoa
AT Österreich; Österrike; Autriche; Oostenrijk; Østrig; Østerrike; Itävalta
AU Australien; Australie
AX Ålandinseln; Åland; Îles Åland; Islas Aland; Ahvenanmaa
AZ Aserbaidschan; Azerbajdzjan; Azerbaïdjan; Azerbaiyán; Azerbeidzjan; Aserbajdsjan; Azerbaidžan
BA Bosnien und Herzegowina; Bosnien och Hercegovina; Bosnie-Herzégovine; Bosnia y Herzegovina; Bosnië en Herzegovina; Bosnien-Hercegovina; Bosnia-Hercegovina; Bosnia ja Hertsegovina; Bosna i Hercegovina
BB Barbade
BD Bangladesch; Bangladés
BE Belgien; Belgique; Bélgica; België; Belgia
BG Bulgarien; Bulgarie; Bulgarije; България
BH Bahreïn; Baréin
BL St. Barthélemy; San Bartolomé
BM Bermudes; Bermudas
BO Bolivien; Bolivie
BQ Karibische Niederlande; Karibiska Nederländerna; Pays-Bas caribéens; Caribe neerlandés; Caribisch Nederland; De tidligere Nederlandske Antiller; Karibisk Nederland; Karibian Alankomaat
BR Brasilien; Brésil; Brasil; Brazilië; Brasilia
BS Bahama
BT Bhoutan; Bután
BV Bouvetinsel; Bouvetön; Île Bouvet; Isla Bouvet; Bouveteiland; Bouvetøen; Bouvetøya; Bouvet’nsaari
BW Botsuana
BY Biélorussie; Bielorrusia; Valko-Venäjä
BZ Belice
CA Kanada
CC Kokosinseln; Kokosöarna; Îles Cocos; Islas Cocos; Cocoseilanden; Cocosøerne; Kokosøyene; Kookossaaret; Kookossaaret (Keelingsaaret)
CD Kongo-Kinshasa; República Democrática del Congo; Kongo; Kongon demokraattinen tasavalta
CF Zentralafrikanische Republik; Centralafrikanska republiken; République centrafricaine; República Centroafricana; Centraal-Afrikaanse Republiek; Den Centralafrikanske Republik; Den sentralafrikanske republikk; Keski-Afrikan tasavalta
CG Kongo-Brazzaville; Kongon tasavalta
CH Schweiz; Suisse; Suiza; Zwitserland; Sveits; Sveitsi; Svizzera
CI Elfenbenskusten; Ivoorkust; Elfenbenskysten; Norsunluurannikko
CK Cookinseln; Cooköarna; Îles Cook; Islas Cook; Cookeilanden; Cookøerne; Cookøyene; Cookinsaaret
CL Chili
CM Kamerun; Cameroun; Camerún; Kameroen
CN Kina; Chine; Kiina; 中国
CO Kolumbien; Colombie; Kolumbia
CU Kuba; Kuuba
CV Kap Verde; Cap-Vert; Kaapverdië; Kapp Verde
CW Curazao
CX Weihnachtsinsel; Julön; Île Christmas; Isla de Navidad; Christmaseiland; Juleøen; Christmasøya; Joulusaari
CY Zypern; Cypern; Chypre; Chipre; Kypros; Κύπρος
CZ Tschechien; Tjeckien; Tchéquie; Chequia; Tsjechië; Tjekkiet; Tsjekkia; Tšekki; Česko
DE Deutschland; Tyskland; Allemagne; Alemania; Duitsland; Saksa
DJ Dschibuti; Yibuti
DK Dänemark; Danmark; Dinamarca; Denemarken; Tanska
DM Dominique
DO Dominikanische Republik; Dominikanska republiken; République dominicaine; República Dominicana; Dominicaanse Republiek; Den Dominikanske Republik; Den dominikanske republikk; Dominikaaninen tasavalta
DZ Algerien; Algeriet; Algérie; Argelia; Algerije
EC Équateur
EE Estland; Estonie; Viro; Eesti
EG Ägypten; Egypten; Égypte; Egipto; Egypti
EH Westsahara; Västsahara; Sahara occidental; Westelijke Sahara; Vestsahara; Länsi-Sahara
ER Érythrée
ES Spanien; Espagne; España; Spanje; Spania; Espanja
ET Äthiopien; Etiopien; Éthiopie; Etiopía
FI Finnland; Finlande; Finlandia; Suomi
FJ Fidschi; Fidji; Fiyi; Fidži
FK Falklandinseln; Falklandsöarna; Îles Malouines; Islas Malvinas; Falklandeilanden; Falklandsøerne; Falklandsøyene; Falklandinsaaret
FM Mikronesien; Micronésie; Mikronesiaføderasjonen; Mikronesia
FO Färöer; Färöarna; Îles Féroé; Islas Feroe; Faeröer; Færøerne; Færøyene; Färsaaret
FR Frankreich; Frankrike; Francia; Frankrijk; Frankrig; Ranska
GA Gabun
GB Vereinigtes Königreich; Storbritannien; Royaume-Uni; Reino Unido; Verenigd Koninkrijk; Storbritannia; Iso-Britannia
GD Grenade; Granada
GE Georgien; Géorgie
GF Französisch-Guayana; Franska Guyana; Guyane française; Guayana Francesa; Frans-Guyana; Fransk Guyana; Ranskan Guayana
GG Guernesey
GL Grönland; Groenland; Groenlandia; Grønland; Grönlanti
GM Gambie
GN Guinée
GP Guadalupe
GQ Äquatorialguinea; Ekvatorialguinea; Guinée équatoriale; Guinea Ecuatorial; Equatoriaal-Guinea; Ækvatorialguinea; Päiväntasaajan Guinea
GR Griechenland; Grekland; Grèce; Grecia; Griekenland; Grækenland; Kreikka; Ελλάδα
GS Südgeorgien und die Südlichen Sandwichinseln; Sydgeorgien och Sydsandwichöarna; Géorgie du Sud-et-les Îles Sandwich du Sud; Islas Georgia del Sur y Sandwich del Sur; Zuid-Georgia en Zuidelijke Sandwicheilanden; South Georgia og De Sydlige Sandwichøer; Sør-Georgia og Sør-Sandwichøyene; Etelä-Georgia ja Eteläiset Sandwichinsaaret
GW Guinée-Bissau; Guinea-Bisáu
HK Sonderverwaltungsregion Hongkong; R.A.S. chinoise de Hong Kong; RAE de Hong Kong (China); Hongkong SAR van China; SAR Hongkong; Hongkong SAR Kina; Hongkong – Kiinan erityishallintoalue
HM Heard und McDonaldinseln; Heardön och McDonaldöarna; Îles Heard-et-MacDonald; Islas Heard y McDonald; Heard en McDonaldeilanden; Heard Island og McDonald Islands; Heard- og McDonaldøyene; Heard ja McDonaldinsaaret
HR Kroatien; Croatie; Croacia; Kroatië; Kroatia; Hrvatska
HU Ungarn; Ungern; Hongrie; Hungría; Hongarije; Unkari; Magyarország
ID Indonesien; Indonésie
IE Irland; Irlande; Irlanda; Ierland; Irlanti; Éire
IL ישראל
IM Île de Man; Isla de Man; Mansaari
IN Indien; Inde; Intia
IO Britisches Territorium im Indischen Ozean; Brittiska territoriet i Indiska oceanen; Territoire britannique de l’océan Indien; Territorio Británico del Océano Índico; Brits Indische Oceaanterritorium; Det Britiske Territorium i Det Indiske Ocean; Det britiske territoriet i Indiahavet; Brittiläinen Intian valtameren alue
IQ Irak
IS Island; Islande; Islandia; IJsland; Islanti
IT Italien; Italie; Italia
JM Jamaika; Jamaïque
JO Jordanien; Jordanie; Jordania
JP Japon; Japani; 日本
KE Kenia
KG Kirgisistan; Kirgizistan; Kirghizstan; Kirguistán; Kirgizië; Kirgisia
KH Kambodscha; Kambodja; Cambodge; Camboya; Cambodja; Kambodsja; Kambodža
KM Komoren; Komorerna; Comores; Comoras; Comoren; Comorerne; Komorene; Komorit
KN St. Kitts und Nevis; S:t Kitts och Nevis; Saint-Christophe-et-Niévès; San Cristóbal y Nieves; Saint Kitts en Nevis; Saint Kitts og Nevis; Saint Kitts ja Nevis
KP Nordkorea; Corée du Nord; Corea del Norte; Noord-Korea; Pohjois-Korea
KR Südkorea; Sydkorea; Corée du Sud; Corea del Sur; Zuid-Korea; Sør-Korea; Etelä-Korea; 대한민국
KW Koweït; Koeweit
KY Kaimaninseln; Caymanöarna; Îles Caïmans; Islas Caimán; Kaaimaneilanden; Caymanøerne; Caymanøyene; Caymansaaret
KZ Kasachstan; Kazakstan; Kazajistán; Kazachstan; Kasakhstan
LB Libanon; Liban; Líbano
LC Sainte-Lucie; Santa Lucía
LS Lesoto
LT Litauen; Lituanie; Lituania; Litouwen; Liettua; Lietuva
LU Luxemburg; Luxemburgo
LV Lettland; Lettonie; Letonia; Letland; Latvija
LY Libyen; Libye; Libia; Libië
MA Marokko; Marocko; Maroc; Marruecos
MD Republik Moldau; Moldavien; Moldavie; Moldavia; Republica Moldova
ME Crna Gora
MF San Martín
MG Madagaskar
MH Marshallinseln; Marshallöarna; Îles Marshall; Islas Marshall; Marshalleilanden; Marshalløerne; Marshalløyene; Marshallinsaaret
MK Nordmazedonien; Nordmakedonien; Macédoine du Nord; Macedonia del Norte; Noord-Macedonië; Nord-Makedonia; Pohjois-Makedonia; Северна Македонија
MM Myanmar (Burma); Myanmar (Birmanie); Myanmar (Birmania); Myanmar (Birma)
MN Mongolei; Mongoliet; Mongolie
MO Sonderverwaltungsregion Macau; R.A.S. chinoise de Macao; RAE de Macao (China); Macau SAR van China; SAR Macao; Macao SAR Kina; Macao – Kiinan erityishallintoalue
MP Nördliche Marianen; Nordmarianerna; Îles Mariannes du Nord; Islas Marianas del Norte; Noordelijke Marianen; Nordmarianerne; Nord-Marianene; Pohjois-Mariaanit
MQ Martinica
MR Mauretanien; Mauritanie
MT Malte
MU Maurice; Mauricio
MV Malediven; Maldiverna; Maldivas; Maldiven; Maldiverne; Maldivene; Malediivit
MW Malaui
MX Mexiko; Mexique; Meksiko
MY Malaisie; Malasia; Maleisië; Malesia
MZ Mosambik; Moçambique
NA Namibie
NC Neukaledonien; Nya Kaledonien; Nouvelle-Calédonie; Nueva Caledonia; Nieuw-Caledonië; Ny Kaledonien; Ny-Caledonia; Uusi-Kaledonia
NF Norfolkinsel; Norfolkön; Île Norfolk; Isla Norfolk; Norfolk; Norfolkøya; Norfolkinsaari
NL Niederlande; Nederländerna; Pays-Bas; Países Bajos; Nederland; Nederlandene; Alankomaat
NO Norwegen; Norge; Norvège; Noruega; Noorwegen; Norja
NZ Neuseeland; Nya Zeeland; Nouvelle-Zélande; Nueva Zelanda; Nieuw-Zeeland; Uusi-Seelanti
PE Pérou
PF Französisch-Polynesien; Franska Polynesien; Polynésie française; Polinesia Francesa; Frans-Polynesië; Fransk Polynesien; Fransk Polynesia; Ranskan Polynesia
PG Papua-Neuguinea; Papua Nya Guinea; Papouasie-Nouvelle-Guinée; Papúa Nueva Guinea; Papoea-Nieuw-Guinea; Papua Ny Guinea; Papua-Uusi-Guinea
PH Philippinen; Filippinerna; Filipinas; Filipijnen; Filippinerne; Filippinene; Filippiinit
PL Polen; Pologne; Polonia; Puola; Polska
PM St. Pierre und Miquelon; S:t Pierre och Miquelon; Saint-Pierre-et-Miquelon; San Pedro y Miquelón; Saint-Pierre en Miquelon; Saint Pierre og Miquelon; Saint-Pierre ja Miquelon
PN Pitcairninseln; Pitcairnöarna; Îles Pitcairn; Islas Pitcairn; Pitcairneilanden; Pitcairnøyene
PR Porto Rico
PS Palästinensische Autonomiegebiete; Palestinska territorierna; Territoires palestiniens; Territorios Palestinos; Palestijnse gebieden; De palæstinensiske områder; Det palestinske området; Palestiinalaisalue
PT Portugali
PW Palaos
QA Katar; Catar
RE La Réunion
RO Rumänien; Roumanie; Rumanía; Roemenië; Rumænien
RS Serbien; Serbie; Servië; Srbija
RU Russland; Ryssland; Russie; Rusia; Rusland; Venäjä; Россия
RW Ruanda
SA Saudi-Arabien; Arabie saoudite; Arabia Saudí; Saoedi-Arabië
SB Salomonen; Salomonöarna; Îles Salomon; Islas Salomón; Salomonseilanden; Salomonøerne; Salomonøyene; Salomonsaaret
SC Seychellen; Seychellerna; Seychellerne; Seychellene; Seychellit
SD Soudan; Soedan
SE Schweden; Sverige; Suède; Suecia; Zweden; Ruotsi
SG Singapur; Singapour
SH Sainte-Hélène; Santa Elena; Sint-Helena; Saint Helena, Ascension ja Tristan da Cunha
SI Slowenien; Slovenien; Slovénie; Eslovenia; Slovenija
SJ Spitzbergen und Jan Mayen; Svalbard och Jan Mayen; Svalbard et Jan Mayen; Svalbard y Jan Mayen; Spitsbergen en Jan Mayen; Svalbard og Jan Mayen; Huippuvuoret ja Jan Mayen
SK Slowakei; Slovakien; Slovaquie; Eslovaquia; Slowakije; Slovakiet; Slovensko
SL Sierra Leona
SM Saint-Marin
SO Somalie
SR Surinam
SS Südsudan; Sydsudan; Soudan du Sud; Sudán del Sur; Zuid-Soedan; Sør-Sudan; Etelä-Sudan
ST São Tomé und Príncipe; São Tomé och Príncipe; Sao Tomé-et-Principe; Santo Tomé y Príncipe; Sao Tomé en Principe; São Tomé og Príncipe; São Tomé ja Príncipe
SV Salvador
SX Saint-Martin (partie néerlandaise)
SY Syrien; Syrie; Siria; Syyria
SZ Esuatini
TC Turks- und Caicosinseln; Turks- och Caicosöarna; Îles Turques-et-Caïques; Islas Turcas y Caicos; Turks- en Caicoseilanden; Turks- og Caicosøerne; Turks- og Caicosøyene; Turks- ja Caicossaaret
TD Tschad; Tchad; Tsjaad; Tsjad; Tšad
TF Französische Süd- und Antarktisgebiete; Franska sydterritorierna; Terres australes françaises; Territorios Australes Franceses; Franse Gebieden in de zuidelijke Indische Oceaan; De Franske Besiddelser i Det Sydlige Indiske Ocean og Antarktis; De franske sørterritorier; Ranskan eteläiset ja antarktiset alueet
TH Thaïlande; Tailandia; Thaimaa
TJ Tadschikistan; Tadzjikistan; Tadjikistan; Tayikistán; Tadsjikistan; Tadžikistan
TK Tokelauöarna
TL Östtimor; Timor oriental; Oost-Timor; Øst-Timor; Itä-Timor
TN Tunesien; Tunisien; Tunisie; Túnez; Tunesië
TR Türkei; Turkiet; Turquie; Turquía; Turkije; Tyrkiet; Tyrkia; Turkki
TT Trinidad und Tobago; Trinidad och Tobago; Trinité-et-Tobago; Trinidad y Tobago; Trinidad en Tobago; Trinidad og Tobago; Trinidad ja Tobago
TZ Tansania; Tanzanie
UA Ukraina; Ucrania; Oekraïne; Україна
UG Ouganda; Oeganda
UM Amerikanische Überseeinseln; USA:s yttre öar; Îles mineures éloignées des États-Unis; Islas menores alejadas de EE. UU.; Kleine afgelegen eilanden van de Verenigde Staten; Amerikanske oversøiske øer; USAs ytre øyer; Yhdysvaltain erillissaaret
US Vereinigte Staaten; États-Unis; Estados Unidos; Verenigde Staten; Yhdysvallat
UZ Usbekistan; Ouzbékistan; Oezbekistan
VA Vatikanstadt; Vatikanstaten; État de la Cité du Vatican; Ciudad del Vaticano; Vaticaanstad; Vatikaani
VC St. Vincent und die Grenadinen; S:t Vincent och Grenadinerna; Saint-Vincent-et-les Grenadines; San Vicente y las Granadinas; Saint Vincent en de Grenadines; Saint Vincent og Grenadinerne; St. Vincent og Grenadinene; Saint Vincent ja Grenadiinit
VG Britische Jungferninseln; Brittiska Jungfruöarna; Îles Vierges britanniques; Islas Vírgenes Británicas; Britse Maagdeneilanden; De Britiske Jomfruøer; De britiske jomfruøyene; Brittiläiset Neitsytsaaret
VI Amerikanische Jungferninseln; Amerikanska Jungfruöarna; Îles Vierges des États-Unis; Islas Vírgenes de EE. UU.; Amerikaanse Maagdeneilanden; De Amerikanske Jomfruøer; De amerikanske jomfruøyene; Yhdysvaltain Neitsytsaaret
WF Wallis und Futuna; Wallis- och Futunaöarna; Wallis-et-Futuna; Wallis y Futuna; Wallis en Futuna; Wallis og Futuna; Wallis ja Futuna
YE Jemen
ZA Südafrika; Sydafrika; Afrique du Sud; Sudáfrica; Zuid-Afrika; Sør-Afrika; Etelä-Afrikka
ZM Sambia; Zambie
ZW Simbabwe; Zimbabue
"""  # noqa: E501
