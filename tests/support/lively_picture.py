"""A camera's picture that costs bits: blocks of grey of which some change in every frame, in a Y4M file that loops.

The browser's own fake camera moves so little that its whole stream fits through the worst line a test would make.
"""

import random
from pathlib import Path

BLOCK = 12


def write_lively(
    path: Path, *, width: int = 960, height: int = 540, fps: int = 10, frames: int = 20, changing: float = 0.08
) -> None:
    """`changing`: the share of blocks that are new in each frame. The same file every time."""
    chance = random.Random(7)
    columns, rows = width // BLOCK, height // BLOCK
    greys = [[chance.randint(40, 215) for _ in range(columns)] for _ in range(rows)]
    colour = bytes([128]) * (width * height // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(frames):
            for _ in range(int(changing * columns * rows)):
                greys[chance.randrange(rows)][chance.randrange(columns)] = chance.randint(40, 215)
            file.write(b"FRAME\n")
            for row in greys:
                file.write(b"".join(bytes([grey]) * BLOCK for grey in row) * BLOCK)
            file.write(colour)
