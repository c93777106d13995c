"""EventStoreDB's gRPC protocol over the embedded store: a single node for development and small installations."""
