"""The control side of the media plane: offers, answers, DTLS, who is shown in which slot.

It runs on the server's event loop at the rate of signaling and speaks to the packets only through `sfu.plane`. Start
reading at `node`, the implementation of `sfu.node.MediaNode`.
"""
