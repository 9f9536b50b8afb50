"""What every page shares: public pages kept in memory, languages, template tags, the style guide."""
