"""A stand-in for Microsoft's login server and Partner Center, for demo and tests. The client doesn't know it."""
