#!/usr/bin/env python3
"""Writes contour_reference.json beside itself: two small fields and what contourpy makes of them.

    python3 tests/data/make_contour_reference.py

Needs numpy, contourpy and matplotlib (for the test of points in polygons). The fields lie on a plate carrée grid of
0.25 degrees, rows from the north; one is smooth like geopotential height, one rough like relative humidity. The picture
shows the grid's inside at 7 pixels a cell. Isobands are given as runs of classes along the rows of pixels, isolines in
pixels, both twice: from the field at twice the density (4-point Catmull-Rom, what the picture is made of) and from the
grid as it is.
"""

import json
import pathlib

import contourpy
import numpy as np
from matplotlib.path import Path

STEP = 0.25
NX, NY = 64, 48
PIXELS = 7.0
# Column and row of the grid at the picture's upper left corner, and the picture's size.
CORNER = (4.3, 4.6)
SIZE = (378, 266)
INTERVAL = 6.0
BOUNDS = [30.0, 50.0, 65.0, 80.0, 95.0]


def fields():
    j, i = np.mgrid[0:NY, 0:NX].astype(float)
    height = 546 - 0.55 * j + 14 * np.sin(i / 9.0 + 0.4) * np.cos(j / 11.0) + 6 * np.sin(i / 5.0 - j / 7.0)
    humidity = 58 + 30 * np.sin(i / 6.0) * np.cos(j / 5.0 + 0.3) + 18 * np.sin(i / 3.1 + j / 4.3) + 9 * np.cos(j / 2.4)
    return np.round(height, 2), np.round(np.clip(humidity, 0, 100), 2)


def refine_rows(a):
    ghost = lambda near, far: 2 * near - far
    padded = np.concatenate([ghost(a[:1], a[1:2]), a, ghost(a[-1:], a[-2:-1])])
    middle = (9 * (padded[1:-2] + padded[2:-1]) - padded[:-3] - padded[3:]) / 16
    out = np.empty((2 * len(a) - 1, a.shape[1]))
    out[0::2], out[1::2] = a, middle
    return out


def refine(a):
    return np.clip(refine_rows(refine_rows(a.T).T), a.min(), a.max())


def generator(a, fill):
    # Pixel positions of the nodes.
    density = (a.shape[0] - 1) / (NY - 1)
    x = (np.arange(a.shape[1]) / density - CORNER[0]) * PIXELS
    y = (np.arange(a.shape[0]) / density - CORNER[1]) * PIXELS
    return contourpy.contour_generator(x, y, a, name="serial", fill_type=fill, corner_mask=False)


def classes(a):
    """The class of every pixel's centre: 0 below the first bound."""
    px, py = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    centres = np.column_stack([px.ravel(), py.ravel()])
    found = np.zeros(len(centres), int)
    bands = generator(a, contourpy.FillType.OuterOffset)
    for band, (low, high) in enumerate(zip(BOUNDS, BOUNDS[1:] + [1e9]), start=1):
        for points, offsets in zip(*bands.filled(low, high)):
            rings = [points[s:e] for s, e in zip(offsets[:-1], offsets[1:])]
            inside = Path(rings[0]).contains_points(centres)
            for hole in rings[1:]:
                inside &= ~Path(hole).contains_points(centres)
            found[inside] = band
    return found.reshape(SIZE[1], SIZE[0])


def runs(picture):
    out = []
    for row in picture:
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        lengths = np.diff(np.append(starts, len(row)))
        out.append([int(v) for pair in zip(row[starts], lengths) for v in pair])
    return out


def lines(a):
    out = []
    levels = generator(a, contourpy.FillType.OuterOffset)
    first, last = int(np.floor(a.min() / INTERVAL)) + 1, int(np.floor(a.max() / INTERVAL))
    for multiple in range(first, last + 1):
        for line in levels.lines(multiple * INTERVAL):
            near = (line > -20).all(axis=1) & (line < np.array(SIZE) + 20).all(axis=1)
            if near.any():
                # Points far outside of the picture are not looked at.
                keep = near | np.roll(near, 1) | np.roll(near, -1)
                for part in np.split(np.arange(len(line)), np.flatnonzero(np.diff(keep.astype(int))) + 1):
                    if keep[part[0]] and len(part) > 1:
                        out.append([multiple, [float(v) for v in np.round(line[part], 2).ravel()]])
    return out


def main():
    height, humidity = fields()
    reference = {
        "made_by": f"make_contour_reference.py with contourpy {contourpy.__version__}, numpy {np.__version__}",
        "step": STEP, "nx": NX, "ny": NY, "pixels": PIXELS, "corner": CORNER, "size": SIZE,
        "interval": INTERVAL, "bounds": BOUNDS,
        "height": [float(v) for v in height.ravel()],
        "humidity": [float(v) for v in humidity.ravel()],
        "refined": {"classes": runs(classes(refine(humidity))), "lines": lines(refine(height))},
        "native": {"classes": runs(classes(humidity)), "lines": lines(height)},
    }
    path = pathlib.Path(__file__).with_name("contour_reference.json")
    path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
