#!/bin/sh
# Remakes assets/fonts: subsets of DejaVu Sans (map and window text) and of Phosphor (icons), from two npm packages.
#
# usage: packaging/fonts.sh
# Needs python3 with venv, npm and tar. Checks that every character asked for is in the subset.
set -eu

packaging=$(cd "$(dirname "$0")" && pwd)
fonts=$packaging/../assets/fonts
mkdir -p "$fonts"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet fonttools==4.68.0
fetch() { # package version folder
    mkdir "$3"
    npm pack --silent "$1@$2" > packed
    tar -xzf "$(cat packed)" -C "$3" --strip-components=1
}
fetch dejavu-fonts-ttf 2.37.3 dejavu
fetch @phosphor-icons/web 2.1.2 phosphor

# Latin-1, Latin Extended-A, Greek, dashes and quotes, spaces, super- and subscripts, arrows.
# Kerning is kept twice (GPOS for the window, the old kern table for the map's ab_glyph). The licence text
# stands beside the fonts instead of in their name tables.
blocks='U+0020-007E U+00A0-017F U+0370-03FF U+2002-200B U+200E-2015 U+2018-201F U+2020-2022 U+2026 U+202F-2030
    U+2032 U+2033 U+2039 U+203A U+2044 U+2070-208E U+20AC U+2103 U+2109 U+2122 U+2190-2199 U+21A6 U+21BA U+21BB
    U+21C4 U+21C6 U+21D0-21D5 U+21E6-21E9 U+FFFD'
# Mathematics: partial, increment, nabla, product, sum, minus, root, infinity, integral, about, unequal, at most, at least.
blocks="$blocks U+2202 U+2206 U+2207 U+220F U+2211 U+2212 U+2213 U+2215 U+2219 U+221A U+221E U+222B U+2248 U+2260 U+2261
    U+2264 U+2265 U+226A U+226B"
# Marks: squares, triangles, diamonds, circles, stars, warning, check, cross.
blocks="$blocks U+25A0-25AB U+25B2-25C5 U+25C6 U+25C7 U+25CB U+25CF U+25E6 U+2605 U+2606 U+26A0 U+2713 U+2714 U+2717 U+2718"
# What names of towns need beyond these: Azerbaijani, Hawaiian, Romanian, Vietnamese.
blocks="$blocks U+01A0 U+01A1 U+01AF U+01B0 U+018F U+0218-021B U+0259 U+02BB U+02BC U+1EA0-1EF9"

for face in DejaVuSans DejaVuSans-Bold; do
    venv/bin/pyftsubset "dejavu/ttf/$face.ttf" --output-file="$fonts/$face.ttf" \
        --unicodes="$(echo $blocks)" --no-hinting --layout-features=kern --legacy-kern \
        --name-IDs=0,1,2,3,4,5,6,14 --drop-tables+=FFTM,MATH --notdef-outline
done
cp dejavu/LICENSE "$fonts/LICENSE-DejaVu.txt"

# The icons by their names in Phosphor; its style sheet says which code point each name has.
icons='play pause stop skip-back skip-forward caret-line-left caret-line-right caret-left caret-right caret-up caret-down
    repeat repeat-once arrows-left-right gauge
    folder-open floppy-disk copy camera film-strip question list gear warning info x
    magnifying-glass-plus magnifying-glass-minus house corners-out crosshair map-pin stack eye eye-slash
    clock globe translate moon sun chart-line arrow-counter-clockwise'
for icon in $icons; do
    code=$(sed -n "/^\.ph\.ph-$icon:before {/{n;s/.*\\\\\([0-9a-f]*\)\".*/\1/p;}" phosphor/src/regular/style.css)
    if [ -z "$code" ]; then
        echo "Phosphor has no icon named $icon" >&2
        exit 1
    fi
    printf '%s\t%s\n' "$icon" "$(echo "$code" | tr a-f A-F)"
done > "$fonts/icons.tsv"
venv/bin/pyftsubset phosphor/src/regular/Phosphor.ttf --output-file="$fonts/Phosphor.ttf" \
    --unicodes="$(cut -f 2 "$fonts/icons.tsv" | sed 's/^/U+/' | tr '\n' ' ')" --no-hinting --layout-features='' \
    --name-IDs='*' --notdef-outline
cp phosphor/LICENSE "$fonts/LICENSE-Phosphor.txt"

venv/bin/python - "$fonts" dejavu/ttf "$blocks" <<'END'
import sys
from fontTools.ttLib import TTFont

fonts, sources, blocks = sys.argv[1:]


def characters(font):
    return set(TTFont(font).getBestCmap())


def outlined(font):
    """Characters whose glyph draws something."""
    opened = TTFont(font)
    return {code for code, name in opened.getBestCmap().items() if opened["glyf"][name].numberOfContours != 0}


asked = set()
for block in blocks.split():
    first, _, last = block.removeprefix("U+").partition("-")
    asked |= set(range(int(first, 16), int(last or first, 16) + 1))
# Not one of these may be missing, whatever the blocks say.
needed = set(map(ord, "0123456789.,:;°±×·µ‰ÀÂÇÉÈÊËÎÏÔŒÙÛÜŸàâçéèêëîïôœùûüÿÆæθζφσΔ⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−≥≤≠≈∞√∂∇…–—‘’“”«»←↑→↓↔↕↗↘"
                     "▲▼▶◀●■□▣✓⚠\u00a0\u2007\u2009\u202f"))
for face in ("DejaVuSans", "DejaVuSans-Bold"):
    kept = characters(f"{fonts}/{face}.ttf")
    lost = asked & characters(f"{sources}/{face}.ttf") - kept | needed - kept
    if lost:
        sys.exit(f"{face}: missing " + " ".join(f"U+{code:04X}" for code in sorted(lost)))
    opened = TTFont(f"{fonts}/{face}.ttf")
    widths = {opened["hmtx"][opened.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
    if len(widths) != 1:
        sys.exit(f"{face}: digits of different widths {widths}")
    absent = sorted(asked - kept)
    print(f"{face}: {len(kept)} characters; DejaVu itself lacks", " ".join(f"{code:04X}" for code in absent) or "none")

with open(f"{fonts}/icons.tsv", encoding="ascii") as table:
    icons = dict(row.rstrip("\n").split("\t") for row in table)
lost = [name for name, code in icons.items() if int(code, 16) not in outlined(f"{fonts}/Phosphor.ttf")]
if lost:
    sys.exit(f"Phosphor: missing {lost}")
print(f"Phosphor: {len(icons)} icons")
END
ls -l "$fonts"
