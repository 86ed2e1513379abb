"""SDP, pure: the ledger of m-lines, the offer written from it and the answer read against it."""
