"""Microsoft's customers of a reseller, found in Partner Center, become organizations."""
