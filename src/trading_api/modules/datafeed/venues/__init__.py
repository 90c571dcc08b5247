"""Live markets: a source over the messages of a venue, and the connectors of venues."""
