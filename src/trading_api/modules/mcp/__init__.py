"""Tools of assistants (Model Context Protocol): they read accounts, and trade after a preview."""
