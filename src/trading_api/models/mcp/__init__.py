"""The arguments and results of the tools that an assistant calls (Model Context Protocol)."""
