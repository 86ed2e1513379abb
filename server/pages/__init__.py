"""The handlers of the pages: read the request, ask the services, hand a typed page to `web`. One module per area."""
