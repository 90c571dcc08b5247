"""Client libraries of venues, each in a process of its own, so that their imports, their parsing
and their faults never block the server's event loop."""
