"""Tools for an assistant (Model Context Protocol): it reads an account, and trades after a preview."""

from trading_api.modules.mcp.module import McpModule as McpModule
