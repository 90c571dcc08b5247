"""Translates between the broker port and the engine, for every venue with a journal: orders,
prices, rejections, and accounts as their readers see them."""
