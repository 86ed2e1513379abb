"""People of the organisation: accounts, how they sign in, what they may do, and the record of what they did."""
