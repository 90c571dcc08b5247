"""Tools of assistants (Model Context Protocol): they read accounts, and trade after a preview."""

from trading_api.modules.mcp.module import McpModule as McpModule
