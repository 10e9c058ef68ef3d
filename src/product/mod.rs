//! What is drawn together and how: products and colour tables, from `resources/`.

mod colours;
mod levels;
mod looks;
#[cfg(test)]
mod seen_tests;
mod style;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::field::{Level, LevelKind};
use crate::text::Bilingual;

pub use colours::{named_table, round_table};
pub use levels::first_level;
pub use looks::table_for;
pub use style::{BandStyle, ColourTable, LineStyle, Style, magnitude};

/// A product: a parameter as bands, one as isolines, or both.
#[derive(Clone, Debug)]
pub struct Product {
    pub id: String,
    pub name: Bilingual,
    /// Ids of parameters, and the short words for them in notes and read-outs.
    pub bands: Option<(String, Bilingual)>,
    pub lines: Option<(String, Bilingual)>,
    interval: f32,
    thick_every: f32,
    first_level: f64,
    classes: Vec<Classes>,
}

/// The colour classes of a range of levels.
#[derive(Clone, Debug, Deserialize)]
struct Classes {
    /// Taken for pressures below this, in hPa; the last entry has none and takes the rest.
    above: Option<f64>,
    bounds: Vec<f32>,
    colours: Vec<String>,
    opacity: f32,
}

#[derive(Deserialize)]
struct Table {
    product: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    name_en: String,
    name_fr: String,
    bands: Option<String>,
    #[serde(default)]
    bands_short_en: String,
    #[serde(default)]
    bands_short_fr: String,
    lines: Option<String>,
    #[serde(default)]
    lines_short_en: String,
    #[serde(default)]
    lines_short_fr: String,
    interval: f32,
    thick_every: f32,
    first_level: f64,
    #[serde(default)]
    classes: Vec<Classes>,
}

static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../resources/products.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled products are tested: {error}"));
    table.product.into_iter().map(Product::from).collect()
});

/// All products, the default first.
#[must_use]
pub fn products() -> &'static [Product] {
    &PRODUCTS
}

/// The product with this id.
#[must_use]
pub fn product(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

impl From<Row> for Product {
    fn from(row: Row) -> Self {
        let short = |en, fr| Bilingual { en, fr };
        Self {
            id: row.id,
            name: Bilingual { en: row.name_en, fr: row.name_fr },
            bands: row.bands.map(|id| (id, short(row.bands_short_en, row.bands_short_fr))),
            lines: row.lines.map(|id| (id, short(row.lines_short_en, row.lines_short_fr))),
            interval: row.interval,
            thick_every: row.thick_every,
            first_level: row.first_level,
            classes: row.classes,
        }
    }
}

impl Product {
    /// The level shown first: the product's own where the data has it, else that nearest to it.
    #[must_use]
    pub fn first_level(&self, levels: &[Option<Level>]) -> Option<Level> {
        first_level(levels, self.first_level)
    }

    /// The look on a level. `factor` doubles or halves the interval of the isolines.
    #[must_use]
    pub fn style(&self, level: Option<Level>, factor: f32) -> Style {
        let bands = self.bands.as_ref().and_then(|_| {
            let classes = self.classes_at(level)?;
            let table = ColourTable {
                bounds: classes.bounds.clone(),
                colours: classes.colours.iter().filter_map(|hex| colours::from_hex(hex)).collect(),
                opacity: classes.opacity,
                under: false,
                over: true,
                cycle: None,
            };
            Some(BandStyle { table, unit_label: "%".to_owned() })
        });
        let lines = self.lines.as_ref().map(|_| LineStyle {
            interval: self.interval,
            factor,
            thick_every: self.thick_every,
            halve_when_few: true,
            width: 1.3,
            thick_width: 2.4,
            colour: [0, 0, 0],
            halo: [255, 255, 255],
            unit_label: "dam".to_owned(),
        });
        Style { bands, lines }
    }

    fn classes_at(&self, level: Option<Level>) -> Option<&Classes> {
        let pressure = level.filter(|level| level.kind == LevelKind::Pressure).map(|level| level.value);
        self.classes
            .iter()
            .find(|classes| match (classes.above, pressure) {
                (Some(above), Some(pressure)) => pressure < above - 1e-6,
                (Some(_), None) => false,
                (None, _) => true,
            })
            .or(self.classes.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds_at(pressure: f64) -> Vec<f32> {
        let product = product("rh-gz").expect("the first product");
        product.style(Some(Level::hpa(pressure)), 1.0).bands.expect("bands").table.bounds
    }

    #[test]
    fn humidity_classes_follow_the_pressure() {
        for low in [600.0, 700.0, 850.0, 1000.0] {
            assert_eq!(bounds_at(low), [65.0, 80.0, 95.0], "{low} hPa");
        }
        for middle in [400.0, 500.0, 599.0] {
            assert_eq!(bounds_at(middle), [50.0, 70.0, 90.0], "{middle} hPa");
        }
        for high in [100.0, 250.0, 300.0, 399.0] {
            assert_eq!(bounds_at(high), [30.0, 60.0, 90.0], "{high} hPa");
        }
    }

    #[test]
    fn every_class_of_every_product_has_a_colour() {
        for product in products() {
            for classes in &product.classes {
                let read = classes.colours.iter().filter_map(|hex| colours::from_hex(hex)).count();
                assert_eq!(read, classes.bounds.len(), "{}", product.id);
            }
        }
    }

    #[test]
    fn the_first_level_is_500_hpa_or_the_nearest() {
        let product = product("rh-gz").expect("the first product");
        let levels = |values: &[f64]| values.iter().map(|v| Some(Level::hpa(*v))).collect::<Vec<_>>();
        assert_eq!(product.first_level(&levels(&[250.0, 500.0, 850.0])), Some(Level::hpa(500.0)));
        assert_eq!(product.first_level(&levels(&[700.0, 850.0])), Some(Level::hpa(700.0)));
        assert_eq!(product.first_level(&[None]), None);
    }
}
