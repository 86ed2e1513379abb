"""A camera's picture that costs bits as a person before a wall does, in a Y4M file that loops.

The browser's own fake camera moves so little that its whole stream fits through the worst line a test would make. Here
the middle is fine grain, new in every picture: larger layers take as many bits as they may, the smallest loses it by
being scaled. Beside it lie patches of grey of which some change; a picture complete in itself stays as small as a real
one.
"""

import random
from pathlib import Path

PATCH = 20
GRAIN = 14  # how far from the middle grey, up and down


def write_lively(
    path: Path, *, width: int = 640, height: int = 360, fps: int = 10, frames: int = 20, changing: float = 0.03
) -> None:
    """`changing`: the share of patches that are new in each picture. The same file every time."""
    assert width % PATCH == height % PATCH == 0, "A browser takes a file of another length for a camera that stopped."
    chance = random.Random(7)
    columns, rows = width // PATCH, height // PATCH
    first, last = PATCH * (columns // 3), PATCH * (columns - columns // 3)
    greys = [[chance.randint(90, 165) for _ in range(columns)] for _ in range(rows)]
    grain = bytes(128 - GRAIN + value * (2 * GRAIN) // 255 for value in range(256))
    colour = bytes([128]) * (width * height // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(frames):
            for _ in range(int(changing * columns * rows)):
                greys[chance.randrange(rows)][chance.randrange(columns)] = chance.randint(90, 165)
            file.write(b"FRAME\n")
            for row in greys:
                patches = b"".join(bytes([grey]) * PATCH for grey in row)
                for _ in range(PATCH):
                    middle = chance.randbytes(last - first).translate(grain)
                    file.write(patches[:first] + middle + patches[last:])
            file.write(colour)
