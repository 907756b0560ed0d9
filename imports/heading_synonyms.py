"""What other systems, in nine languages, call our columns. `headings.py` compares without case, accents or punctuation.

A field's own English heading and its API name are not repeated here. `WEAKER` names count only where no column has a
better one: a file with both *Domain* and *Website* means its *Domain*.
"""

import re


def synonyms_of(names: str) -> list[str]:
    """The names in one text of the tables below."""
    return [name.strip() for name in re.split("[;\n]", names) if name.strip()]


SYNONYMS: dict[str, str] = {
    "name": """
        Company; Company name; Customer; Customer name; Organization; Organization name; Organisation
        Organisation name; Full customer name; Account name; Client; Client name; Legal name; Full name
        Firma; Firmenname; Unternehmen; Unternehmensname; Kunde; Kundenname; Organisationsname
        Namn; Företag; Företagsnamn; Kund; Kundnamn; Bolag; Bolagsnamn; Organisationsnamn
        Nom; Société; Nom de la société; Entreprise; Nom de l'entreprise; Raison sociale; Nom du client
        Nombre; Empresa; Nombre de la empresa; Razón social; Cliente; Nombre del cliente; Compañía
        Naam; Bedrijf; Bedrijfsnaam; Klant; Klantnaam; Organisatie; Organisatienaam; Firmanaam
        Navn; Firmanavn; Virksomhed; Virksomhedsnavn; Kundenavn; Selskab; Organisationsnavn
        Selskap; Selskapsnavn; Bedrift; Bedriftsnavn; Foretak; Foretaksnavn; Organisasjonsnavn
        Nimi; Yritys; Yrityksen nimi; Asiakas; Asiakkaan nimi; Organisaatio; Organisaation nimi
    """,
    "primary_domain": """
        Domain; Domain name; Primary domain name; Main domain; Default domain; Company domain
        Domäne; Primäre Domäne; Primäre Domain; Hauptdomain; Hauptdomäne; Domainname; Domänenname
        Domän; Primär domän; Huvuddomän; Domännamn
        Domaine; Domaine principal; Nom de domaine; Dominio; Dominio principal; Nombre de dominio
        Domein; Primair domein; Hoofddomein; Domeinnaam; Domæne; Primært domæne; Domænenavn
        Domene; Primært domene; Domenenavn; Verkkotunnus; Ensisijainen verkkotunnus
    """,
    "registration_number": """
        Registration no; Registration nr; Reg no; Reg nr; Company registration number; Company number
        Company registration; Company ID; Company no; Business ID; Organization number; Org no; Org nr
        Organisation number; Org number; Organization no; Organisation no; Registration ID; Company reg no
        Registernummer; Handelsregisternummer; Handelsregister; HRB; Registrierungsnummer; Firmennummer
        Organisationsnummer; Organisationsnr; Registreringsnummer; Företagsnummer
        SIREN; SIRET; Numéro SIREN; Numéro SIRET; N° SIREN; N° SIRET; Numéro d'enregistrement
        NIF; CIF; NIF/CIF; CIF/NIF; Número de registro; Número de identificación fiscal
        KvK; KvK-nummer; KvK-nr; Registratienummer; Ondernemingsnummer; Handelsregisternr
        CVR; CVR-nr; CVR-nummer; CVR no; Virksomhedsnummer; Organisasjonsnummer; Organisasjonsnr
        Y-tunnus; Yritystunnus; Rekisterinumero; Rekisteröintinumero
    """,
    "notification_email": """
        Notification email address; Notification e-mail address; Notifications email; Notification mail
        Benachrichtigungs-E-Mail; E-Mail für Benachrichtigungen; Benachrichtigungsadresse
        E-post för aviseringar; Aviserings-e-post; Notifierings-e-post; Aviseringsadress
        E-mail de notification; Adresse e-mail de notification; Courriel de notification
        Correo de notificación; Correo electrónico de notificación; Email de notificación
        Notificatie-e-mail; E-mail voor meldingen; Meldings-e-mail; Notifikations-e-mail;
        E-mail til notifikationer
        Varslings-e-post; E-post for varsler; Varslingsadresse; Ilmoitussähköposti; Ilmoitusten sähköposti
    """,
    "approval_process": """
        Approval; Approvals; Approval required; Requires approval; Approval process enabled
        Genehmigungsprozess; Genehmigungsverfahren; Genehmigung; Freigabeprozess; Freigabe
        Godkännandeprocess; Godkännande; Attest; Attestprocess
        Processus d'approbation; Approbation; Proceso de aprobación; Aprobación
        Goedkeuringsproces; Goedkeuring; Godkendelsesproces; Godkendelse
        Godkjenningsprosess; Godkjenning; Hyväksyntäprosessi; Hyväksyntä; Hyväksymisprosessi
    """,
    "approval_limit": """
        Approval threshold; Approval amount; Annual limit; Annual approval limit
        Genehmigungslimit; Genehmigungsgrenze; Freigabelimit; Freigabegrenze; Limit Genehmigungsprozess
        Godkännandegräns; Beloppsgräns; Attestgräns; Gräns för godkännande
        Limite d'approbation; Plafond d'approbation; Seuil d'approbation; Límite de aprobación
        Goedkeuringslimiet; Goedkeuringsgrens; Godkendelsesgrænse; Beløbsgrænse
        Godkjenningsgrense; Beløpsgrense; Hyväksyntäraja; Hyväksymisraja
    """,
    "billing_start_date": """
        Billing start; Billing from; Start of billing; Billing date; Invoicing start date; Invoice start date
        Abrechnungsbeginn; Abrechnungsstart; Startdatum der Abrechnung; Rechnungsbeginn; Abrechnung ab
        Startdatum för fakturering; Faktureringsstart; Fakturering från; Faktureringens startdatum
        Date de début de facturation; Début de facturation; Facturation à partir du
        Fecha de inicio de facturación; Inicio de facturación; Facturación desde
        Startdatum facturering; Begindatum facturering; Facturatie vanaf; Startdatum facturatie
        Startdato for fakturering; Faktureringsstartdato; Fakturering fra; Startdato for afregning
        Laskutuksen alkamispäivä; Laskutuksen aloituspäivä; Laskutus alkaa
    """,
    "customer_number": """
        Customer no; Customer nr; Customer ID; Customer code; Customer reference; Customer reference number
        Account number; Account no; Client number; Client ID; Client code; External ID; Reference number
        Kundennummer; Kunden-Nr; Kundennr; Kd-Nr; KdNr; Kunden-ID; Debitor; Debitorennummer
        Kundnummer; Kundnr; Kund-ID; Kundens nummer
        Numéro client; Numéro de client; N° client; No client; Code client; Référence client
        Número de cliente; Nº cliente; Nº de cliente; N° cliente; Código de cliente; Código cliente
        Klantnummer; Klantnr; Klant-ID; Klantcode; Debiteurnummer; Debiteurennummer
        Kundenummer; Kundenr; Kunde-ID; Debitornummer; Debitornr
        Asiakasnumero; Asiakasnro; Asiakas-ID; Asiakastunnus
    """,
    "street_address": """
        Address; Street; Address line 1; Address 1; Address line; Street and number; Postal address
        Adresse; Straße; Straße und Hausnummer; Straße Hausnummer; Anschrift; Straße/Nr
        Adress; Gatuadress; Gata; Postadress; Besöksadress; Adressrad 1
        Rue; Adresse postale; Adresse 1; Adresse ligne 1; Dirección; Dirección 1; Calle; Domicilio
        Adres; Straat; Straatnaam; Straat en huisnummer; Adresregel 1
        Vej; Vejnavn; Gade; Gadenavn; Adresselinje 1; Gate; Gateadresse; Gatenavn; Postadresse
        Osoite; Katuosoite; Lähiosoite; Postiosoite
    """,
    "postal_code": """
        Postcode; Post code; ZIP; ZIP code; Zip/postal code; ZIP/Postcode; Postal
        PLZ; Postleitzahl; Postnummer; Postnr; Code postal; CP; Código postal; C.P.
        Postinumero; Postinro
    """,
    "city": """
        Town; Town/City; City/Town; Locality; Ort; Stadt; Wohnort; Stad; Postort; Ville
        Commune; Localité; Ciudad; Localidad; Población; Municipio; Plaats; Woonplaats; By
        Bynavn; Poststed; Sted; Kaupunki; Postitoimipaikka; Paikkakunta
    """,
    "state": """
        State/Province; Province; Region; County; State or province; Province/State; State/Region
        Bundesland; Kanton; Län; Delstat; Landskap; Région; Département; État; Canton
        Estado; Provincia; Comunidad autónoma; Provincie; Staat; Stat; Fylke; Maakunta; Osavaltio
    """,
    "country": """
        Country/Region; Country code; Country name; Nation; Land; Länderkürzel; Ländercode
        Landskod; Pays; Code pays; País; Código de país; Landcode; Landekode; Landkode
        Maa; Maakoodi; Maatunnus
    """,
    "contact_name": """
        Contact; Contact person; Primary contact; Primary contact name; Main contact; Contact full name
        Kontakt; Kontaktperson; Kontaktname; Ansprechpartner; Ansprechperson; Name des Ansprechpartners
        Kontaktnamn; Kontaktpersonens namn; Contact principal; Nom du contact; Personne de contact
        Contacto; Persona de contacto; Nombre de contacto; Nombre del contacto
        Contactpersoon; Naam contactpersoon; Contactnaam; Kontaktnavn; Kontaktpersonens navn
        Yhteyshenkilö; Yhteyshenkilön nimi
    """,
    "contact_phone": """
        Phone; Phone number; Telephone; Telephone number; Tel; Contact phone number; Contact telephone
        Primary contact phone; Business phone; Work phone; Contact tel
        Telefon; Telefonnummer; Telefonnr; Tel-Nr; Kontakttelefon; Rufnummer; Kontakt Telefon
        Tfn; Tel nr; Kontaktens telefon; Kontakttelefonnummer
        Téléphone; Numéro de téléphone; N° de téléphone; Téléphone du contact; Teléfono
        Número de teléfono; Teléfono de contacto; Teléfono del contacto
        Telefoon; Telefoonnummer; Telefoon contactpersoon; Tlf; Tlf nr; Tlfnr
        Puhelin; Puhelinnumero; Yhteyshenkilön puhelin; Puh
    """,
    "contact_email": """
        Contact email address; Contact e-mail address; Contact mail; Primary contact email
        Email contact; Kontakt-E-Mail; E-Mail Kontakt; E-Mail Ansprechpartner; E-Mail des Ansprechpartners
        Kontakt-e-post; Kontaktens e-post; E-post kontakt; E-post till kontaktperson
        E-mail du contact; E-mail de contact; Adresse e-mail du contact; Courriel du contact
        Correo de contacto; Correo del contacto; Correo electrónico de contacto; Email de contacto
        E-mail contactpersoon; Contact-e-mailadres; Kontakt-e-mail; E-mail til kontaktperson
        E-post kontaktperson; E-post til kontaktperson; Yhteyshenkilön sähköposti
    """,
    "contact_cell_phone": """
        Cell phone; Cell; Cell phone number; Cellphone; Mobile; Mobile phone; Mobile number
        Mobile phone number; Contact mobile; Contact mobile phone; Contact cell; Contact mobile number
        Mobil; Mobiltelefon; Mobilnummer; Mobilfunknummer; Handy; Handynummer; Mobilnr
        Kontaktens mobil; Mobiltelefonnummer; Téléphone portable; Portable; Téléphone mobile
        Numéro de portable; Mobile du contact; Móvil; Teléfono móvil; Número de móvil; Celular
        Mobiel; Mobiele telefoon; Mobiel nummer; Mobielnummer; Gsm; Gsm-nummer
        Matkapuhelin; Matkapuhelinnumero; Yhteyshenkilön matkapuhelin
    """,
}

WEAKER: dict[str, str] = {
    "primary_domain": """
        Website; Web site; Web; URL; Website URL; Homepage; Home page; Webseite; Internetseite
        Hemsida; Webbplats; Webbsida; Site web; Site internet; Sitio web; Página web; Hjemmeside
        Nettside; Nettsted; Kotisivut; Kotisivu; Verkkosivusto; Verkkosivut; Webadresse; Webbadress
    """,
    "registration_number": """
        VAT; VAT number; VAT no; VAT ID; VAT reg no; VAT registration number; Tax ID; Tax number
        EIN; TIN; ABN; USt-IdNr; USt-ID; Umsatzsteuer-ID; Umsatzsteuer-Identifikationsnummer; UID
        Steuernummer; Momsregistreringsnummer; Momsnummer; Momsnr; Moms-ID; VAT-nummer; VAT-nr
        Numéro de TVA; N° TVA; TVA; TVA intracommunautaire; Número de IVA; NIF IVA; IVA
        Btw-nummer; Btw-nr; Btw; SE-nummer; Mva-nummer; ALV-numero; ALV-tunnus
    """,
    "notification_email": """
        Email; E-mail; Mail; Email address; E-mail address; E-Mail-Adresse; Mailadresse
        E-post; Epost; E-postadress; Mejl; Mejladress; E-postadresse; Adresse e-mail; Courriel
        Adresse électronique; Correo; Correo electrónico; Dirección de correo electrónico; E-mailadres
        Sähköposti; Sähköpostiosoite
    """,
    "customer_number": """
        Number; Nummer; ID number
    """,
}

# What Microsoft and others call the id of a customer's tenant.
MICROSOFT_SYNONYMS = ("Tenant ID", "Microsoft tenant ID", "Customer tenant ID", "Azure tenant ID", "Entra tenant ID")
