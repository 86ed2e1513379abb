"""The Python packet plane: bytes and `now` in, bytes out. Only `mux` and `batch` know sockets."""
