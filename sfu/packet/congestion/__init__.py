"""What a viewer's line carries, from its feedback: pure, `now` as an argument, nothing of it runs per sent packet.

The method is that of draft-ietf-rmcat-gcc-02 (delay gradient, loss, additive and multiplicative steps), with probing
because a server that forwards layers sends far less than most lines carry, and with a stop for video when a queue grows
faster than control could choose a smaller layer.
"""
