"""What stands between the broker port and the engine, for every venue with a journal.

Orders, prices and rejections are translated here, and accounts shown to their readers."""
