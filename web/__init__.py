"""web: pages and the browser client; it shows, and decides nothing (docs/ARCHITECTURE.md)."""
