"""How each language is read aloud: numbers, dates, units, signs; how hanzi are pronounced. Pure, but for `lexicon`."""
