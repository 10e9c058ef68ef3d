//! Units that are put together of others, after the grammar of UDUNITS-2: `(10-6 g) m-3`, `W/(m2 sr)`, `meter2 second-1`.

/// Kilogram, metre, second, kelvin, mole, degree of angle.
type Dimensions = [i32; 6];

const NONE: Dimensions = [0; 6];

/// What a spelling means: `value in the units of the dimensions = value × factor`. Temperatures are differences here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Composed {
    pub factor: f64,
    pub kind: Kind,
}

/// Two spellings convert into each other where these are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    dimensions: Dimensions,
    /// The dimensions of both sides of a ratio: `g kg-1` is no `cm m-1`.
    ratio: Option<Dimensions>,
}

/// Names, dimensions, factor, and whether a prefix may stand before.
type Atom = (&'static [&'static str], Dimensions, f64, Prefixes);

#[derive(Clone, Copy, PartialEq)]
enum Prefixes {
    None,
    Symbols,
    Words,
}

const ATOMS: &[Atom] = &[
    (&["g", "gr"], [1, 0, 0, 0, 0, 0], 1e-3, Prefixes::Symbols),
    (&["gram", "grams", "gramme", "grammes"], [1, 0, 0, 0, 0, 0], 1e-3, Prefixes::Words),
    (&["m", "gpm"], [0, 1, 0, 0, 0, 0], 1.0, Prefixes::Symbols),
    (&["meter", "meters", "metre", "metres"], [0, 1, 0, 0, 0, 0], 1.0, Prefixes::Words),
    (&["ft", "foot", "feet"], [0, 1, 0, 0, 0, 0], 0.3048, Prefixes::None),
    (&["in", "inch", "inches"], [0, 1, 0, 0, 0, 0], 0.0254, Prefixes::None),
    (&["mi", "mile", "miles"], [0, 1, 0, 0, 0, 0], 1609.344, Prefixes::None),
    (&["l", "L"], [0, 3, 0, 0, 0, 0], 1e-3, Prefixes::Symbols),
    (&["liter", "liters", "litre", "litres"], [0, 3, 0, 0, 0, 0], 1e-3, Prefixes::Words),
    (&["s", "sec"], [0, 0, 1, 0, 0, 0], 1.0, Prefixes::Symbols),
    (&["second", "seconds"], [0, 0, 1, 0, 0, 0], 1.0, Prefixes::Words),
    (&["min", "minute", "minutes"], [0, 0, 1, 0, 0, 0], 60.0, Prefixes::None),
    (&["h", "hr", "hrs", "hour", "hours"], [0, 0, 1, 0, 0, 0], 3600.0, Prefixes::None),
    (&["d", "day", "days"], [0, 0, 1, 0, 0, 0], 86_400.0, Prefixes::None),
    (&["K", "kelvin", "Kelvin", "degK", "degC", "celsius", "Celsius"], [0, 0, 0, 1, 0, 0], 1.0, Prefixes::None),
    (&["mol"], [0, 0, 0, 0, 1, 0], 1.0, Prefixes::Symbols),
    (&["mole", "moles"], [0, 0, 0, 0, 1, 0], 1.0, Prefixes::Words),
    (&["degree", "degrees", "deg", "°"], [0, 0, 0, 0, 0, 1], 1.0, Prefixes::None),
    (&["rad", "radian", "radians"], [0, 0, 0, 0, 0, 1], 57.295_779_513_082_32, Prefixes::None),
    (&["sr", "psu", "count", "number"], NONE, 1.0, Prefixes::None),
    (&["%", "percent"], NONE, 0.01, Prefixes::None),
    (&["ppm", "ppmv"], NONE, 1e-6, Prefixes::None),
    (&["ppb", "ppbv"], NONE, 1e-9, Prefixes::None),
    (&["Pa"], [1, -1, -2, 0, 0, 0], 1.0, Prefixes::Symbols),
    (&["pascal", "pascals", "Pascal"], [1, -1, -2, 0, 0, 0], 1.0, Prefixes::Words),
    (&["bar", "bars"], [1, -1, -2, 0, 0, 0], 1e5, Prefixes::Symbols),
    (&["mb", "mbs", "millibar", "millibars"], [1, -1, -2, 0, 0, 0], 100.0, Prefixes::None),
    (&["N"], [1, 1, -2, 0, 0, 0], 1.0, Prefixes::Symbols),
    (&["newton", "newtons"], [1, 1, -2, 0, 0, 0], 1.0, Prefixes::Words),
    (&["J"], [1, 2, -2, 0, 0, 0], 1.0, Prefixes::Symbols),
    (&["joule", "joules", "Joule"], [1, 2, -2, 0, 0, 0], 1.0, Prefixes::Words),
    (&["W"], [1, 2, -3, 0, 0, 0], 1.0, Prefixes::Symbols),
    (&["watt", "watts", "Watt"], [1, 2, -3, 0, 0, 0], 1.0, Prefixes::Words),
    (&["Hz", "hertz"], [0, 0, -1, 0, 0, 0], 1.0, Prefixes::None),
    (&["kt", "kts", "knot", "knots"], [0, 1, -1, 0, 0, 0], 1852.0 / 3600.0, Prefixes::None),
];

const SYMBOLS: &[(&str, f64)] = &[
    ("p", 1e-12),
    ("n", 1e-9),
    ("u", 1e-6),
    ("µ", 1e-6),
    ("μ", 1e-6),
    ("m", 1e-3),
    ("c", 1e-2),
    ("da", 10.0),
    ("d", 0.1),
    ("h", 100.0),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
];

const WORDS: &[(&str, f64)] = &[
    ("pico", 1e-12),
    ("nano", 1e-9),
    ("micro", 1e-6),
    ("milli", 1e-3),
    ("centi", 1e-2),
    ("deci", 0.1),
    ("deca", 10.0),
    ("deka", 10.0),
    ("hecto", 100.0),
    ("kilo", 1e3),
    ("mega", 1e6),
    ("giga", 1e9),
];

/// A unit that is written in this way and in capitals stays what it is: `KG M-2`.
const IN_CAPITALS: &[(&str, &str)] =
    &[("KG", "kg"), ("MM", "mm"), ("CM", "cm"), ("KM", "km"), ("PA", "Pa"), ("HPA", "hPa")];

/// `None` for what is not written in this grammar, or of a unit that is not known here.
pub fn compose(spelling: &str) -> Option<Composed> {
    /// Longer texts are no units.
    const LONGEST: usize = 80;
    let spelling = spelling.trim();
    if spelling.is_empty() || spelling.len() > LONGEST {
        return None;
    }
    let plain = spelling.replace("**", "^").replace(" per ", "/").replace('·', " ").replace('−', "-");
    let mut reader = Reader { letters: plain.chars().collect(), at: 0, depth: 0, is_bare: false };
    let found = reader.product()?;
    (reader.at == reader.letters.len()).then_some(())?;
    let kind = Kind { dimensions: found.dimensions(), ratio: found.ratio() };
    Some(Composed { factor: found.factor, kind })
}

/// Factors of a product: what stands in it as a unit of its own, with its exponent.
#[derive(Clone, Debug)]
struct Product {
    factor: f64,
    units: Vec<(Dimensions, i32)>,
}

impl Product {
    fn dimensions(&self) -> Dimensions {
        let mut sum = NONE;
        for (unit, exponent) in &self.units {
            for (total, own) in sum.iter_mut().zip(unit) {
                *total += own * exponent;
            }
        }
        sum
    }

    /// Where it is one unit over another of its kind, their dimensions with the exponent.
    fn ratio(&self) -> Option<Dimensions> {
        match self.units.as_slice() {
            [(above, p), (below, q)] if above == below && *p > 0 && p + q == 0 && *above != NONE => {
                Some(above.map(|each| each * p))
            }
            _ => None,
        }
    }

    fn raised(mut self, exponent: i32) -> Self {
        self.factor = self.factor.powi(exponent);
        self.units.iter_mut().for_each(|(_, own)| *own *= exponent);
        self
    }

    fn times(mut self, other: Self) -> Self {
        self.factor *= other.factor;
        self.units.extend(other.units);
        self
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    depth: usize,
    /// The last factor is a number without an exponent: a unit right behind it is not meant to stand above a slash, `hPa/3h`.
    is_bare: bool,
}

impl Reader {
    fn next(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let start = self.at;
        while self.next().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at > start
    }

    /// Factors with a space, a dot, a star or a slash between them.
    fn product(&mut self) -> Option<Product> {
        self.skip(char::is_whitespace);
        let mut found = self.power()?;
        loop {
            let spaced = self.skip(char::is_whitespace);
            match self.next() {
                None | Some(')') => return Some(found),
                Some('/') => {
                    self.at += 1;
                    self.skip(char::is_whitespace);
                    found = found.times(self.power()?.raised(-1));
                }
                Some('.' | '*') => {
                    self.at += 1;
                    self.skip(char::is_whitespace);
                    found = found.times(self.power()?);
                }
                Some(letter) if spaced || letter == '(' || (letter.is_alphabetic() && !self.is_bare) => {
                    found = found.times(self.power()?);
                }
                Some(_) => return None,
            }
        }
    }

    fn power(&mut self) -> Option<Product> {
        let found = match self.next()? {
            '(' => {
                self.at += 1;
                self.depth += 1;
                if self.depth > 8 {
                    return None;
                }
                let inner = self.product()?;
                (self.next()? == ')').then_some(())?;
                self.at += 1;
                self.depth -= 1;
                inner
            }
            letter if letter.is_ascii_digit() => self.number()?,
            _ => self.name()?,
        };
        let exponent = self.exponent()?;
        self.is_bare = found.units.is_empty() && exponent.is_none();
        Some(match exponent {
            Some(exponent) => found.raised(exponent),
            None => found,
        })
    }

    /// `^-2`, `-2`, `2`; `None` within where there is none, `None` where it is none.
    #[allow(clippy::option_option, reason = "no exponent is not a broken one")]
    fn exponent(&mut self) -> Option<Option<i32>> {
        let marked = self.next() == Some('^');
        if marked {
            self.at += 1;
        }
        let start = self.at;
        if matches!(self.next(), Some('-' | '+')) {
            self.at += 1;
        }
        if !self.skip(|letter| letter.is_ascii_digit()) {
            return if marked || self.at > start { None } else { Some(None) };
        }
        let text: String = self.letters.get(start..self.at)?.iter().collect();
        let exponent: i32 = text.parse().ok()?;
        (exponent.abs() <= 15).then_some(Some(exponent))
    }

    fn number(&mut self) -> Option<Product> {
        let start = self.at;
        self.skip(|letter| letter.is_ascii_digit());
        if self.next() == Some('.') && self.letters.get(self.at + 1).is_none_or(char::is_ascii_digit) {
            self.at += 1;
            self.skip(|letter| letter.is_ascii_digit());
        }
        if matches!(self.next(), Some('e' | 'E')) {
            let sign = usize::from(matches!(self.letters.get(self.at + 1), Some('-' | '+')));
            if self.letters.get(self.at + 1 + sign).is_some_and(char::is_ascii_digit) {
                self.at += 1 + sign;
                self.skip(|letter| letter.is_ascii_digit());
            }
        }
        let text: String = self.letters.get(start..self.at)?.iter().collect();
        let factor: f64 = text.parse().ok()?;
        (factor.is_finite() && factor > 0.0).then(|| Product { factor, units: Vec::new() })
    }

    fn name(&mut self) -> Option<Product> {
        let start = self.at;
        self.skip(|letter| letter.is_alphabetic() || matches!(letter, '%' | '°' | 'µ' | '_'));
        let name: String = self.letters.get(start..self.at)?.iter().collect();
        let (dimensions, factor) = unit(&name)?;
        Some(Product { factor, units: vec![(dimensions, 1)] })
    }
}

fn unit(name: &str) -> Option<(Dimensions, f64)> {
    let name = IN_CAPITALS.iter().find(|(capitals, _)| *capitals == name).map_or(name, |(_, plain)| plain);
    let exact = ATOMS.iter().find(|atom| atom.0.contains(&name)).map(|atom| (atom.1, atom.2));
    let prefixed = |prefixes: &[(&str, f64)], kind: Prefixes| {
        prefixes.iter().find_map(|(prefix, factor)| {
            let rest = name.strip_prefix(prefix)?;
            let atom = ATOMS.iter().find(|atom| atom.3 == kind && atom.0.contains(&rest))?;
            Some((atom.1, atom.2 * factor))
        })
    };
    let small = || {
        let lower = name.to_lowercase();
        ATOMS.iter().find(|atom| atom.0.contains(&lower.as_str())).map(|atom| (atom.1, atom.2))
    };
    exact.or_else(|| prefixed(SYMBOLS, Prefixes::Symbols)).or_else(|| prefixed(WORDS, Prefixes::Words)).or_else(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Factors as UDUNITS-2 has them.
    #[test]
    fn composed_units_have_the_factors_of_udunits() {
        for (spelling, factor, like) in [
            ("(10-6 g) m-3", 1e-9, "kg m-3"),
            ("(10-6g)m-3", 1e-9, "kg m-3"),
            ("10-5 s-1", 1e-5, "s-1"),
            ("m2s-1", 1.0, "m2 s-1"),
            ("1e-5 s^-1", 1e-5, "s-1"),
            ("10**-6 kg", 1e-6, "kg"),
            ("W/(m2 sr)", 1.0, "W m-2 sr-1"),
            ("J/kg K", 1.0, "J kg-1 K"),
            ("meter2 second-1", 1.0, "m2 s-1"),
            ("meter per second", 1.0, "m/s"),
            ("centimeter/s", 0.01, "m s-1"),
            ("kilogram meter-3", 1.0, "kg m-3"),
            ("watt meter-2", 1.0, "W.m-2"),
            ("N m-2", 1.0, "Pa"),
            ("hPa/h", 100.0 / 3600.0, "Pa s-1"),
            ("g cm-3", 1000.0, "kg m-3"),
            ("mm day-1", 1e-3 / 86_400.0, "m s-1"),
            ("KG M-2", 1.0, "kg m-2"),
            ("dam2 s-2", 100.0, "J kg-1"),
        ] {
            let found = compose(spelling).unwrap_or_else(|| panic!("{spelling}"));
            let other = compose(like).unwrap_or_else(|| panic!("{like}"));
            assert_eq!(found.kind, other.kind, "{spelling}");
            assert!((found.factor / factor - 1.0).abs() < 1e-12, "{spelling}: {}", found.factor);
        }
    }

    #[test]
    fn ratios_of_mass_and_of_volume_are_of_unlike_kind() {
        let kind = |spelling| compose(spelling).expect("composed").kind;
        assert_eq!(kind("g kg-1"), kind("kg/kg"));
        assert_ne!(kind("g kg-1"), kind("m3 m-3"));
        assert_ne!(kind("kg kg-1"), kind("1"));
    }

    #[test]
    fn words_that_are_no_units_are_not_composed() {
        for spelling in
            ["", "code table", "m s-", "m^", "(m", "m)", "1/", "hPa/3h", "furlong", "0", "m-99999999999", "yes=1;no=0"]
        {
            assert_eq!(compose(spelling), None, "{spelling}");
        }
        assert_eq!(compose(&"(".repeat(60)), None);
    }
}
