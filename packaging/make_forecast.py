#!/usr/bin/env python3
"""Synthetic global forecast for tests and benchmarks (own code, seeded, no downloads).

Fields are sums of spherical harmonics with an atmosphere-like spectrum, so that size after
compression and the number of contour segments behave as with model output:
  geopotential height  variance per degree ~ n^-5 up to n=90, then n^-11/3 (kinetic energy n^-3, n^-5/3)
  humidity             variance per degree ~ n^-5/3, then drawn out into filaments and fronts by a
                       back-trajectory in the geostrophic wind, plus grid-scale texture
  time                 every harmonic drifts eastward and decorrelates (small scales faster)
The same seed gives the same weather on every grid (a finer grid adds smaller scales only).

  make_forecast.py run.nc                                     0.25 deg, 5 levels, 41 steps of 6 h, r + gh
  make_forecast.py run15.nc --grid 0.15 --levels 500
  make_forecast.py run.grib2 --packing ccsds
  make_forecast.py run.zarr --names rpn
  make_forecast.py sample.nc --small                          the sample to bundle: globe, 1 degree, 5 levels, 13 steps
  make_forecast.py steps/ --one-file-per-step --format nc4
  make_forecast.py pres/ --one-file-per-step --format fstd    files YYYYMMDDHH_FFF, as the dashboard has them

Needs numpy, scipy, netCDF4; GRIB needs eccodes (Python), Zarr needs zarr (2 or 3).
RPN standard files need fstd2nc and fstd2nc-deps (they bundle the library librmn).
"""
import argparse, hashlib, os, sys, time
import numpy as np

A_EARTH, OMEGA, GRAV = 6.371e6, 7.292e-5, 9.80665
GRIDS = {"0.15": (1201, 2400), "0.25": (721, 1440), "0.5": (361, 720), "0.9": (201, 400), "1.0": (181, 360)}
Z_STD = {1000: 110, 925: 760, 850: 1460, 700: 3010, 500: 5570, 400: 7180, 300: 9160, 250: 10360, 200: 11780, 100: 16180}


# ----------------------------------------------------------------- spherical harmonics
def legendre_m(m, lmax, ct, st):
    """Normalised associated Legendre functions of order m for l=m..lmax, rows = l-m.
    Column recursion on P/sin^m scaled by 1e-280 so that high orders do not underflow."""
    n = lmax - m + 1
    out = np.empty((n, ct.size), np.float64)
    p0 = 1e-280 * np.ones_like(ct)
    for k in range(1, m + 1):
        p0 *= np.sqrt((2 * k + 1) / (2 * k))
    out[0] = p0
    if n > 1:
        out[1] = np.sqrt(2 * m + 3) * ct * p0
    for l in range(m + 2, lmax + 1):
        a = np.sqrt((4 * l * l - 1) / (l * l - m * m))
        b = np.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1))
        out[l - m] = a * (ct * out[l - m - 1] - b * out[l - m - 2])
    with np.errstate(under="ignore", divide="ignore"):
        logf = m * np.log(np.maximum(st, 1e-300)) + np.log(1e280)
        if m == 0:
            logf[:] = np.log(1e280)
        out = np.sign(out) * np.exp(np.where(out == 0, -745, np.log(np.maximum(np.abs(out), 5e-324))) + logf)
    return out


def synthesise(coefs, lat, nlon, log=None):
    """coefs: (nfield, L+1, L+1) complex [field, l, m] -> (nfield, nlat, nlon) float32"""
    nf, L1, _ = coefs.shape
    L = L1 - 1
    th = np.deg2rad(90.0 - lat)
    ct, st = np.cos(th), np.sin(th)
    four = np.zeros((nf, lat.size, nlon // 2 + 1), np.complex64)
    for m in range(0, min(L, nlon // 2) + 1):
        p = legendre_m(m, L, ct, st).astype(np.float32)
        c = coefs[:, m:, m]
        four[:, :, m] = (c.real.astype(np.float32) @ p) + 1j * (c.imag.astype(np.float32) @ p)
        if log and m % 40 == 0:
            log(f"harmonics {m}/{L}")
    out = np.empty((nf, lat.size, nlon), np.float32)
    import scipy.fft as sf
    for i in range(nf):
        out[i] = sf.irfft(four[i], n=nlon, axis=1) * nlon
    return out


class Noise:
    """Red noise in time for every harmonic; real-field convention (m>=0, irfft)."""

    def __init__(self, seed, ident, L, tau_h, drift, dt_h):
        self.rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, ident])))
        self.seed, self.ident, self.L = seed, ident, L
        l = np.arange(L + 1)[:, None]
        m = np.arange(L + 1)[None, :]
        self.tri = np.tril_indices(L + 1)
        tau = tau_h * (np.maximum(l, 3) / 6.0) ** -0.7
        self.rho = np.exp(-dt_h / tau)
        c = drift * (1 - np.exp(-np.maximum(l, 1) / 5.0))          # m/s at 50 deg
        self.rot = np.exp(-1j * m * c * dt_h * 3600 / (A_EARTH * np.cos(np.deg2rad(50))))
        self.k = 0
        self.z = self._white()

    def _white(self):
        r = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, self.ident, self.k])))
        n = (self.L + 1) * (self.L + 2) // 2
        w = r.standard_normal((n, 2))
        z = np.zeros((self.L + 1, self.L + 1), np.complex128)
        z[self.tri] = (w[:, 0] + 1j * w[:, 1]) * np.sqrt(0.5)
        z[:, 0] = z[:, 0].real * np.sqrt(2)
        self.k += 1
        return z

    def step(self):
        z = self.z.copy()
        self.z = (self.rho * self.z + np.sqrt(1 - self.rho ** 2) * self._white()) * self.rot
        return z


def spectrum_gz(L):
    n = np.arange(L + 1, dtype=float)
    e = np.where(n < 7, (np.maximum(n, 1) / 7.0) ** 0.5, (n / 7.0 + 1e-9) ** -5.0)
    e = np.where(n > 90, (90 / 7.0) ** -5.0 * (np.maximum(n, 1) / 90.0) ** (-11 / 3), e)
    return finish(e, n, L, 2)


def spectrum_hum(L):
    n = np.arange(L + 1, dtype=float)
    e = np.where(n < 6, (np.maximum(n, 1) / 6.0), (np.maximum(n, 1) / 6.0) ** (-5 / 3))
    return finish(e, n, L, 2)


def finish(e, n, L, n0):
    e = e * np.exp(-18 * (n / (L * 1.25)) ** 8)       # a model damps the last wavelengths
    e[:n0] = 0
    e /= e.sum()
    return np.sqrt(e / (2 * n + 1))[:, None]            # per harmonic, field variance 1


# ----------------------------------------------------------------- weather
class Weather:
    def __init__(self, grid, levels, nstep, dt_h, seed, want, lat=None, lon=None, lmax=None, log=None):
        self.nlat, self.nlon = GRIDS[grid]
        self.lat = np.linspace(90, -90, self.nlat)
        self.lon = np.arange(self.nlon) * 360.0 / self.nlon
        self.L = lmax or self.nlat // 2
        self.levels, self.nstep, self.dt_h, self.seed, self.want, self.log = levels, nstep, dt_h, seed, want, log

    def eta(self, p):
        return np.log(1000.0 / p) / np.log(1000.0 / 150.0)

    def steps(self):
        """yields (istep, {name: {level: 2-D float32}}) in order"""
        L = self.L
        sg, sh = spectrum_gz(L), spectrum_hum(L)
        mk = lambda i, tau, dr: Noise(self.seed, i, L, tau, dr, self.dt_h)
        ng = [mk(1, 96, 12.0), mk(2, 96, 12.0)]
        nh = [mk(11, 30, 9.0), mk(12, 30, 9.0)]
        nt = [mk(21, 10, 9.0), mk(22, 10, 9.0)]
        stat = Noise(self.seed, 31, L, 1e9, 0.0, self.dt_h).step()
        hi = (1 / (1 + np.exp(-(np.arange(L + 1) - 40) / 6.0)))[:, None]
        batch = max(1, int(1.5e9 / (3 * len(self.levels) * self.nlat * (self.nlon // 2 + 1) * 8)))
        m = np.arange(L + 1)[None, :]
        done = 0
        while done < self.nstep:
            n = min(batch, self.nstep - done)
            cs = []
            for _ in range(n):
                g, h, t = [x.step() for x in ng], [x.step() for x in nh], [x.step() for x in nt]
                for p in self.levels:
                    e = self.eta(p)
                    a, b = np.cos(e * np.pi / 2), np.sin(e * np.pi / 2)
                    tilt = np.exp(-1j * m * np.deg2rad(-9.0 * e))     # waves lean west with height
                    cs.append((a * g[0] + b * g[1] + 0.8 * g[0]) * sg * tilt + 0.5 * stat * sg)
                    cs.append((a * h[0] + b * h[1]) * sh)
                    cs.append((a * t[0] + b * t[1]) * sh * hi)
            f = synthesise(np.array(cs, np.complex64), self.lat, self.nlon, self.log)
            f = f.reshape(n, len(self.levels), 3, self.nlat, self.nlon)
            for i in range(n):
                yield done + i, self.physics(f[i], done + i)
            done += n

    def physics(self, f, istep):
        from scipy.ndimage import gaussian_filter, map_coordinates
        lat, lon = self.lat, self.lon
        rl = np.deg2rad(lat)[:, None]
        s = np.sin(rl)
        finv = s / (s ** 2 + 0.06) / (2 * OMEGA)                   # 1/f, eased to 0 at the equator
        hem = np.tanh(s / 0.15)
        cosl = np.maximum(np.cos(rl), 0.02)
        mid = np.exp(-((np.abs(lat) - 52) / 24) ** 2)[:, None]
        dx, dy = np.deg2rad(360.0 / self.nlon) * A_EARTH, np.deg2rad(180.0 / (self.nlat - 1)) * A_EARTH
        out = {k: {} for k in self.want}
        for k, p in enumerate(self.levels):
            e = self.eta(p)
            g, h, tx = f[k]
            amp = 55 + 105 * min(e, 0.75) / 0.75
            hemi = np.where(lat < 0, 1.1, 1.0)[:, None]
            jet = -np.tanh((np.hypot(lat, 9) - 47) / 17)[:, None]          # height falls towards the poles
            gz = Z_STD.get(p, -7500 * np.log(p / 1013.0)) + (60 + 620 * e) * jet * hemi - (20 + 90 * e) * s ** 2
            gz = gz + amp * (0.15 + 0.85 * mid) * g
            # geostrophic wind
            dzdx = (np.roll(gz, -1, 1) - np.roll(gz, 1, 1)) / (2 * dx * cosl)
            dzdy = -np.gradient(gz, axis=0) / dy
            u = np.clip(-GRAV * finv * dzdy, -95, 95) * np.clip((90.5 - np.abs(lat)) / 8, 0, 1)[:, None]
            v = np.clip(GRAV * finv * dzdx, -70, 70) * np.clip((90.5 - np.abs(lat)) / 8, 0, 1)[:, None]
            if "r" in self.want or "q" in self.want or "tp" in self.want:
                # back-trajectory, 4 x 5 h in the frozen wind: filaments and fronts
                jj, ii = np.meshgrid(np.arange(self.nlat, dtype=np.float32), np.arange(self.nlon, dtype=np.float32), indexing="ij")
                uu = ((u - 9.0 * mid) / (dx * cosl)).astype(np.float32)
                vv = (-v / dy).astype(np.float32)
                y, x = jj, ii
                for _ in range(4):
                    ux = map_coordinates(uu, [y, x], order=1, mode="grid-wrap")
                    vx = map_coordinates(vv, [y, x], order=1, mode="grid-wrap")
                    lim = self.nlon / 60
                    x = x - np.clip(ux * 3600 * 5, -lim, lim)
                    y = np.clip(y - vx * 3600 * 5, 0, self.nlat - 1)
                base = (1.5 * np.exp(-(lat / 9) ** 2) - 1.6 * np.exp(-((np.abs(lat) - 24) / 10) ** 2)
                        + 0.5 * np.exp(-((np.abs(lat) - 62) / 18) ** 2))[:, None]
                src = (base + 1.25 * h).astype(np.float32)
                warped = map_coordinates(src, [y, x], order=1, mode="grid-wrap")
                warped = gaussian_filter(warped, 0.7, mode=("nearest", "wrap"))
                lift = hem * v / 16.0 * mid
                dry = {True: 0.9, False: 0.9 - 2.0 * e}[p >= 925]
                xx = 1.2 * warped + 0.5 * lift + 0.4 * tx + dry - 0.3
                r = np.minimum(104.0 / (1 + np.exp(-xx)), 100.0).astype(np.float32)
            tC = 28 - 52 * s ** 2 - 6.5e-3 * (gz - 100) * (1 - 0.12 * np.abs(s)) + 5 * mid * g
            tK = np.maximum(tC + 273.15, 195)
            loc = dict(gh=gz, t=tK, u=u, v=v)
            if "r" in self.want or "q" in self.want or "tp" in self.want:
                es = 611.2 * np.exp(17.67 * (tK - 273.15) / (tK - 29.65))
                loc["r"] = r
                loc["q"] = np.clip(0.622 * es * r / 100 / (p * 100.0 - 0.378 * es), 0, 0.03)
            for nme in self.want:
                if nme in loc:
                    out[nme][p] = np.asarray(loc[nme], np.float32)
            if nme_surface(self.want) and k == 0:
                msl = 101300 + 1200 * (1 - 2 * mid) * 0.5 + 900 * (0.2 + 0.8 * mid) * f[0][0]
                if "msl" in self.want:
                    out["msl"][0] = msl.astype(np.float32)
                if "tp" in self.want:
                    out["tp"][0] = np.maximum(0, (xx - 1.6)).astype(np.float32) ** 1.6 * 2.0
        return out


def nme_surface(w):
    return "msl" in w or "tp" in w


META = {  # name: long, standard, units, quantum of the GRIB-like rounding, (rpn name, factor), (discipline, cat, num)
    "r": ("Relative humidity", "relative_humidity", "%", ("HR", 0.01), (0, 1, 1)),
    "gh": ("Geopotential height", "geopotential_height", "m", ("GZ", 0.1), (0, 3, 5)),
    "t": ("Temperature", "air_temperature", "K", ("TT", 1.0), (0, 0, 0)),
    "u": ("U component of wind", "eastward_wind", "m s-1", ("UU", 1.94384), (0, 2, 2)),
    "v": ("V component of wind", "northward_wind", "m s-1", ("VV", 1.94384), (0, 2, 3)),
    "q": ("Specific humidity", "specific_humidity", "kg kg-1", ("HU", 1.0), (0, 1, 0)),
    "msl": ("Mean sea level pressure", "air_pressure_at_mean_sea_level", "Pa", ("PN", 0.01), (0, 3, 1)),
    "tp": ("Precipitation in 6 h", "precipitation_amount", "kg m-2", ("PR", 0.001), (0, 1, 52)),
}
RANGE = {"r": (0, 100), "gh": (-800, 18000), "t": (180, 330), "u": (-100, 100), "v": (-100, 100), "q": (0, 0.032), "msl": (93000, 108000), "tp": (0, 60)}
COARSE = {"r": 1.0, "gh": 1.0, "t": 0.1, "u": 0.2, "v": 0.2, "msl": 10.0}   # step of the packed sample, in the variable's unit
QUANT = {"r": 0.01, "gh": 0.05, "t": 0.01, "u": 0.01, "v": 0.01, "q": 1e-7, "msl": 1.0, "tp": 0.005}


def quantise(a, name):
    q = QUANT[name]
    return (np.rint(a / q) * q).astype(np.float32)


# ----------------------------------------------------------------- writers
class NcWriter:
    def __init__(s, path, a, lat, lon, levels, hours, want):
        import netCDF4 as nc
        s.a, s.levels, s.hours = a, levels, hours
        fmt = {"nc4": "NETCDF4", "nc4-packed": "NETCDF4", "nc4-classic": "NETCDF4_CLASSIC", "nc3": "NETCDF3_64BIT_OFFSET", "nc5": "NETCDF3_64BIT_DATA"}[a.format]
        s.d = d = nc.Dataset(path, "w", format=fmt)
        d.Conventions = "CF-1.8"
        d.title = "Synthetic forecast (not weather)"
        d.institution = "millibar test data"
        # Bytes make it a plain char attribute (UTF-8); as str, the accent would make it a variable-length string.
        d.model_name = "Synthetic / Synthétique".encode()
        d.source = f"make_forecast.py seed {a.seed}"
        d.createDimension("time", len(hours) if len(hours) > 1 else 1)
        d.createDimension("level", len(levels))
        d.createDimension("latitude", lat.size)
        d.createDimension("longitude", lon.size)
        t = d.createVariable("time", "f8", ("time",)); t.units = f"hours since {a.ref}"; t.calendar = "standard"; t.standard_name = "time"; t.axis = "T"; t[:] = hours
        r = d.createVariable("forecast_reference_time", "f8", ()); r.units = f"hours since {a.ref}"; r.standard_name = "forecast_reference_time"; r[...] = 0.0
        st = d.createVariable("step", "i4", ("time",)); st.units = "hours"; st.standard_name = "forecast_period"; st.long_name = "lead time"; st[:] = hours
        p = d.createVariable("level", "i4", ("level",)); p.units = "hPa"; p.standard_name = "air_pressure"; p.positive = "down"; p.axis = "Z"; p[:] = levels
        y = d.createVariable("latitude", "f4", ("latitude",)); y.units = "degrees_north"; y.standard_name = "latitude"; y.axis = "Y"; y[:] = lat
        x = d.createVariable("longitude", "f4", ("longitude",)); x.units = "degrees_east"; x.standard_name = "longitude"; x.axis = "X"; x[:] = lon
        s.v = {}
        for n in want:
            sfc = n in ("msl", "tp")
            dims = ("time", "latitude", "longitude") if sfc else ("time", "level", "latitude", "longitude")
            ch = {"field": (1,) * (len(dims) - 2) + (lat.size, lon.size), "tile": (1,) * (len(dims) - 2) + (min(181, lat.size), min(360, lon.size)),
                  "time": (len(hours),) + (1,) * (len(dims) - 3) + (min(60, lat.size), min(60, lon.size)), "default": None}[a.chunks]
            kw = {}
            if fmt.startswith("NETCDF4"):
                if a.codec == "zlib":
                    kw = dict(zlib=True, complevel=a.level_z, shuffle=True)
                elif a.codec != "none":
                    kw = dict(compression=a.codec, complevel=a.level_z, shuffle=True)
                kw["chunksizes"] = ch
            long, std, unit, (rn, fac), _ = META[n]
            vn = n
            if a.names == "rpn":
                vn = rn
                unit = {"r": "1", "gh": "dam"}.get(n, unit)
            dt = "i2" if a.format == "nc4-packed" else "f4"
            v = d.createVariable(vn, dt, dims, fill_value=(-32767 if dt == "i2" else np.float32(9.96921e36)), **kw)
            v.long_name, v.standard_name, v.units = long, std, unit
            v.coordinates = "step forecast_reference_time"
            if dt == "i2":
                lo, hi = RANGE[n]
                k = fac if a.names == "rpn" else 1.0
                coarse = COARSE.get(n) if a.small else None   # the bundled sample: fewer digits, a third of the bytes
                v.scale_factor = (coarse or (hi - lo) / 65000.0) * k
                v.add_offset = 0.0 if coarse else (hi + lo) * k / 2
            s.v[n] = (v, fac if a.names == "rpn" else 1.0, sfc)

    def put(s, i, data):
        for n, (v, k, sfc) in s.v.items():
            if sfc:
                v[i] = data[n][0] * np.float32(k)
            else:
                for j, p in enumerate(s.levels):
                    v[i, j] = data[n][p] * np.float32(k)

    def close(s):
        s.d.close()


class ZarrWriter:
    def __init__(s, path, a, lat, lon, levels, hours, want):
        import zarr
        s.levels = levels
        s.g = g = zarr.open_group(path, mode="w", zarr_format=a.zarr_format)
        s.g.attrs.update({"Conventions": "CF-1.8", "title": "Synthetic forecast (not weather)"})

        def coord(n, v, **at):
            z = g.create_array(n, shape=v.shape, dtype=v.dtype, chunks=v.shape, **({"dimension_names": (n,) if n != "step" else ("time",)} if a.zarr_format == 3 else {}))
            z[:] = v
            z.attrs.update(at)
            if a.zarr_format == 2:
                z.attrs["_ARRAY_DIMENSIONS"] = [n if n != "step" else "time"]
        coord("time", np.array(hours, "f8"), units=f"hours since {a.ref}", standard_name="time", calendar="standard")
        coord("step", np.array(hours, "i4"), units="hours", standard_name="forecast_period")
        coord("level", np.array(levels, "i4"), units="hPa", standard_name="air_pressure")
        coord("latitude", lat.astype("f4"), units="degrees_north", standard_name="latitude")
        coord("longitude", lon.astype("f4"), units="degrees_east", standard_name="longitude")
        s.v = {}
        for n in want:
            sfc = n in ("msl", "tp")
            dims = ["time", "latitude", "longitude"] if sfc else ["time", "level", "latitude", "longitude"]
            shape = (len(hours),) + (() if sfc else (len(levels),)) + (lat.size, lon.size)
            kw = {"dimension_names": dims} if a.zarr_format == 3 else {}
            z = g.create_array(n, shape=shape, dtype="f4", chunks=(1,) * (len(dims) - 2) + (lat.size, lon.size), **kw)
            z.attrs.update(dict(long_name=META[n][0], standard_name=META[n][1], units=META[n][2]))
            if a.zarr_format == 2:
                z.attrs["_ARRAY_DIMENSIONS"] = dims
            s.v[n] = (z, sfc)

    def put(s, i, data):
        for n, (z, sfc) in s.v.items():
            if sfc:
                z[i] = data[n][0]
            else:
                for j, p in enumerate(s.levels):
                    z[i, j] = data[n][p]

    def close(s):
        import zarr
        try:
            zarr.consolidate_metadata(s.g.store)
        except Exception as e:
            print("consolidate:", e, file=sys.stderr)


class GribWriter:
    PACK = {"simple": "grid_simple", "complex": "grid_complex", "spatial": "grid_complex_spatial_differencing", "ccsds": "grid_ccsds", "jpeg": "grid_jpeg", "png": "grid_png", "ieee": "grid_ieee"}

    def __init__(s, path, a, lat, lon, levels, hours, want):
        import eccodes as ec
        s.ec, s.levels, s.hours, s.a = ec, levels, hours, a
        s.f = open(path, "wb")
        ed = 1 if a.format == "grib1" else 2
        h = s.h = ec.codes_grib_new_from_samples("regular_ll_pl_grib1" if ed == 1 else "regular_ll_pl_grib2")
        y, mo, dd = a.ref[:4], a.ref[5:7], a.ref[8:10]
        for k, v in dict(centre="cwao", dataDate=int(y + mo + dd), dataTime=int(a.ref[11:13]) * 100, Ni=lon.size, Nj=lat.size,
                         latitudeOfFirstGridPointInDegrees=float(lat[0]), latitudeOfLastGridPointInDegrees=float(lat[-1]),
                         longitudeOfFirstGridPointInDegrees=float(lon[0]), longitudeOfLastGridPointInDegrees=float(lon[-1]),
                         iDirectionIncrementInDegrees=float(lon[1] - lon[0]), jDirectionIncrementInDegrees=float(lat[0] - lat[1]),
                         jScansPositively=0).items():
            ec.codes_set(h, k, v)
        if ed == 2:
            for k, v in dict(tablesVersion=28, productionStatusOfProcessedData=3, typeOfProcessedData=1).items():
                ec.codes_set(h, k, v)
        s.want, s.ed = want, ed

    def put(s, i, data):
        ec = s.ec
        for n in s.want:
            for p in ([0] if n in ("msl", "tp") else s.levels):
                h = ec.codes_clone(s.h)
                d, c, num = META[n][4]
                if s.ed == 2:
                    ec.codes_set(h, "discipline", d); ec.codes_set(h, "parameterCategory", c); ec.codes_set(h, "parameterNumber", num)
                    ec.codes_set(h, "typeOfFirstFixedSurface", 101 if n == "msl" else (1 if n == "tp" else 100))
                else:
                    ec.codes_set(h, "table2Version", 2); ec.codes_set(h, "indicatorOfParameter", {"gh": 7, "r": 52, "t": 11, "u": 33, "v": 34, "q": 51, "msl": 2, "tp": 61}[n])
                    ec.codes_set(h, "indicatorOfTypeOfLevel", {"msl": 102, "tp": 1}.get(n, 100))
                if p:
                    ec.codes_set(h, "level", p)
                ec.codes_set(h, "forecastTime" if s.ed == 2 else "endStep", s.hours[i])
                v = data[n][p].astype(np.float64).ravel()
                ec.codes_set(h, "packingType", "grid_simple")
                if s.a.bits:
                    ec.codes_set(h, "bitsPerValue", s.a.bits)
                else:
                    ec.codes_set(h, "decimalScaleFactor", {"r": 1, "gh": 1, "t": 2, "u": 2, "v": 2, "q": 7, "msl": 0, "tp": 2}[n])
                ec.codes_set_values(h, v)
                if s.a.packing != "simple" and s.ed == 2:
                    ec.codes_set(h, "packingType", s.PACK[s.a.packing])
                ec.codes_write(h, s.f)
                ec.codes_release(h)

    def close(s):
        s.f.close()


class FstdWriter:
    """RPN standard file as a forecast centre writes it, through librmn's C interface (bundled by fstd2nc-deps).

    A Z grid on a plain latitude-longitude reference (L), so each file carries its >> and ^^ records; typvar P,
    datyp 134 (compressed 16-bit floats) up to 16 bits, else IEEE; HR 0..1, GZ dam, TT degC, UU/VV knots, PN hPa, PR m.
    """

    TAGS = (31001, 31002, 0)   # ip1, ip2, ip3 of >> and ^^ = ig1, ig2, ig3 of the fields

    def __init__(s, path, a, lat, lon, levels, hours, want):
        import ctypes as ct
        import fstd2nc_deps  # noqa: F401  (puts rpnpy on the path)
        import rpnpy.librmn.all as rmn
        from rpnpy.librmn import librmn
        s.ct, s.rmn, s.lib, s.levels, s.hours, s.want, s.a = ct, rmn, librmn, levels, hours, want, a
        rmn.fstopt(rmn.FSTOP_MSGLVL, rmn.FSTOPS_MSG_CATAST)
        for f in ("c_fstecr", "c_fnom", "c_fstouv"):
            getattr(librmn, f).argtypes, getattr(librmn, f).restype = None, ct.c_int
        if os.path.exists(path):
            os.remove(path)
        unit = ct.c_int(0)
        if librmn.c_fnom(ct.byref(unit), path.encode(), b"STD+RND+R/W", 0) != 0 or librmn.c_fstouv(unit, b"RND") < 0:
            raise OSError(f"librmn cannot create {path}")
        s.unit = unit.value
        day = int(a.ref[:4] + a.ref[5:7] + a.ref[8:10])
        s.date = rmn.newdate(rmn.NEWDATE_PRINT2STAMP, day, int(a.ref[11:13]) * 1000000)
        s.reference = rmn.cxgaig("L", 0.0, 0.0, 1.0, 1.0)
        s.flip = lat[0] > lat[-1]                      # rows from the south, as these files have them
        ip1, ip2, ip3 = s.TAGS
        x = np.where(lon < 0, lon + 360, lon).astype("f4")[None, :]
        y = (lat[::-1] if s.flip else lat).astype("f4")[:, None]
        for name, axis in ((">>", x), ("^^", y)):
            s.write(axis, name, "X", "L", s.reference, ip1, ip2, ip3, 0, 5, 32)

    def write(s, data, nomvar, typvar, grtyp, ig, ip1, ip2, ip3, npas, datyp, nbits):
        data = np.ascontiguousarray(data, "f4")
        nj, ni = data.shape
        done = s.lib.c_fstecr(data.ctypes.data_as(s.ct.c_void_p), None, -nbits, s.unit, s.date, 3600, npas, ni, nj, 1,
                              ip1, ip2, ip3, typvar.encode(), nomvar.encode(), b"SYNTH", grtyp.encode(),
                              int(ig[0]), int(ig[1]), int(ig[2]), int(ig[3]), datyp, 0)
        if done < 0:
            raise OSError(f"librmn refused {nomvar}")

    def put(s, i, data):
        hour, bits = int(s.hours[i]), s.a.bits or 16
        for n in s.want:
            name, factor = META[n][3]
            for level in ([0] if n in ("msl", "tp") else s.levels):
                field = data[n][level] - np.float32(273.15) if n == "t" else data[n][level] * np.float32(factor)
                ip1 = s.rmn.convertIp(s.rmn.CONVIP_ENCODE_OLD, float(level), s.rmn.KIND_PRESSURE) if level else 0
                s.write(field[::-1] if s.flip else field, name, "P", "Z", (*s.TAGS, 0), ip1, hour, 0, hour,
                        134 if bits <= 16 else 5, min(bits, 16) if bits <= 16 else 32)

    def close(s):
        s.rmn.fstcloseall(s.unit)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out")
    ap.add_argument("--grid", default="0.25", choices=GRIDS)
    ap.add_argument("--levels", default="250,500,700,850,1000")
    ap.add_argument("--vars", default="r,gh", help="of r gh t u v q msl tp")
    ap.add_argument("--steps", type=int, default=41)
    ap.add_argument("--dt", type=int, default=6, help="hours between lead times")
    ap.add_argument("--ref", default="2024-11-20T00:00:00", help="reference time (the run)")
    ap.add_argument("--seed", type=int, default=20241120)
    ap.add_argument("--lmax", type=int, default=0, help="highest harmonic (default nlat/2)")
    ap.add_argument("--format", default="", choices=["", "nc4", "nc4-packed", "nc4-classic", "nc3", "nc5", "grib1", "grib2", "zarr", "fstd"])
    ap.add_argument("--chunks", default="field", choices=["field", "tile", "time", "default"])
    ap.add_argument("--codec", default="zlib", choices=["zlib", "zstd", "bzip2", "szip", "none"])
    ap.add_argument("--level-z", type=int, default=4)
    ap.add_argument("--exact", action="store_true", help="keep all 24 mantissa bits (as raw AI-model output); default: rounded as if decoded from GRIB")
    ap.add_argument("--packing", default="simple", choices=list(GribWriter.PACK))
    ap.add_argument("--bits", type=int, default=16)
    ap.add_argument("--zarr-format", type=int, default=2)
    ap.add_argument("--names", default="cf", choices=["cf", "rpn"], help="rpn: HR as a fraction, GZ in dam (as the dashboard's files)")
    ap.add_argument("--box", default="", help="lon0,lon1,lat0,lat1 to cut out (degrees, lon may be negative)")
    ap.add_argument("--one-file-per-step", action="store_true")
    ap.add_argument("--small", action="store_true", help="the sample to bundle: 1 degree, globe, 13 steps of 6 h, 5 levels, packed coarsely")
    a = ap.parse_args()
    if a.small:
        a.grid, a.levels, a.steps, a.dt = "0.9" if a.grid == "0.9" else "1.0", "250,500,700,850,1000", 13, 6
        if not a.format and a.out.endswith(".nc"):
            a.format = "nc4-packed"
        a.level_z = 9
    if not a.format:
        e = a.out.rstrip("/").rsplit(".", 1)[-1]
        a.format = {"nc": "nc4", "nc3": "nc3", "grib2": "grib2", "grb2": "grib2", "grib": "grib2", "grib1": "grib1", "zarr": "zarr", "fst": "fstd", "std": "fstd"}.get(e, "nc4")
    levels = [int(x) for x in a.levels.split(",")]
    want = a.vars.split(",")
    hours = [i * a.dt for i in range(a.steps)]
    t0 = time.time()
    tty = sys.stderr.isatty()

    def log(msg):
        if tty:
            print(f"\r{time.time()-t0:6.1f} s  {msg:40s}", end="", file=sys.stderr, flush=True)
    w = Weather(a.grid, levels, a.steps, a.dt, a.seed, want, lmax=a.lmax, log=log)
    lat, lon = w.lat, w.lon
    ys, xs = np.arange(lat.size), np.arange(lon.size)
    if a.box:
        x0, x1, y0, y1 = map(float, a.box.split(","))
        ys = np.where((lat >= min(y0, y1) - 1e-6) & (lat <= max(y0, y1) + 1e-6))[0]
        l2 = (lon - x0) % 360
        xs = np.argsort(l2, kind="stable")[: int(np.count_nonzero(l2 <= (x1 - x0) % 360 + 1e-6))]
    olat, olon = lat[ys], lon[xs]
    if a.box and float(x0) < 0:
        olon = np.where(olon > 180, olon - 360, olon)
    W = {"nc4": NcWriter, "nc4-packed": NcWriter, "nc4-classic": NcWriter, "nc3": NcWriter, "nc5": NcWriter, "grib1": GribWriter, "grib2": GribWriter, "zarr": ZarrWriter, "fstd": FstdWriter}[a.format]
    ext = {"nc4": "nc", "nc4-packed": "nc", "nc4-classic": "nc", "nc3": "nc", "nc5": "nc", "grib1": "grib1", "grib2": "grib2", "zarr": "zarr", "fstd": "fst"}[a.format]
    sha = hashlib.sha256()
    paths = []
    if a.one_file_per_step:
        os.makedirs(a.out, exist_ok=True)
    else:
        wr = W(a.out, a, olat, olon, levels, hours, want)
        paths.append(a.out)
    for i, d in w.steps():
        cut = {n: {p: np.ascontiguousarray(f[np.ix_(ys, xs)]) if a.box else f for p, f in x.items()} for n, x in d.items()}
        for n in cut:
            for p in cut[n]:
                q = np.rint(cut[n][p] / (20 * QUANT[n])).astype("<i4")   # coarse: the same on every machine, but for rare ties
                sha.update(q.tobytes())
                if not a.exact:
                    cut[n][p] = quantise(cut[n][p], n)
        if a.one_file_per_step:
            f = os.path.join(a.out, f"{a.ref[:10].replace('-','')}{a.ref[11:13]}_{hours[i]:03d}" + (f".{ext}" if a.format != "fstd" else ""))
            wr = W(f, a, olat, olon, levels, [hours[i]], want)
            wr.put(0, cut); wr.close(); paths.append(f)
        else:
            wr.put(i, cut)
        log(f"step {i+1}/{a.steps} written")
        if not tty and (i % 10 == 0 or i == a.steps - 1):
            print(f"{time.time()-t0:6.1f} s  step {i+1}/{a.steps}", file=sys.stderr, flush=True)
    if not a.one_file_per_step:
        wr.close()
    size = 0
    for p in paths:
        size += sum(os.path.getsize(os.path.join(r, f)) for r, _, fs in os.walk(p) for f in fs) if os.path.isdir(p) else os.path.getsize(p)
    raw = a.steps * olat.size * olon.size * 4 * sum(1 if n in ("msl", "tp") else len(levels) for n in want)
    print(f"\n{a.out}: {a.format} {olat.size}x{olon.size} {len(levels)} levels {a.steps} steps {','.join(want)}", file=sys.stderr)
    print(f"size {size} bytes ({size/1e6:.1f} MB), raw float32 {raw/1e6:.1f} MB, ratio {raw/size:.2f}, {time.time()-t0:.1f} s")
    print(f"data-hash {sha.hexdigest()[:16]}  seed {a.seed}")


if __name__ == "__main__":
    main()
