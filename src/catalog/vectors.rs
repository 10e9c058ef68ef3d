//! Vectors along the grid: which variables are parts of them, which two belong together, and how they are turned to east
//! and north.

use std::collections::HashMap;
use std::sync::Arc;

use super::join::{Entry, Gathered, same_grid};
use super::recipe::{Formula, Ingredient, Recipe};
use super::{Catalog, Parameter, Series, SlotTime};
use crate::field::{AxisWords, Component, Level, Member};
use crate::grid::{Directions, Geometry, Grid, Neighbours, Orientation};
use crate::source::{Dataset, FieldRef, Frame, Variable, angles, brought_to};
use crate::text::{self, Bilingual, Language};
use crate::time::Span;

/// What a variable is of a vector along the grid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    pub component: Component,
    /// The same for both parts; `None` for what makes no vector, as a spread or an extreme of a component.
    family: Option<String>,
    /// By this the nearest of several mates is found.
    name: String,
}

/// Names that say no more, for both parts: of RPN standard files, WRF, ROMS and NEMO.
const NAMES: [[&str; 2]; 20] = [
    ["UU", "VV"],
    ["UD", "VD"],
    ["UT1", "VT1"],
    ["UUW", "VVW"],
    ["UUI", "VVI"],
    ["UUO", "VVO"],
    ["U", "V"],
    ["U10", "V10"],
    ["u", "v"],
    ["u10", "v10"],
    ["ua", "va"],
    ["uas", "vas"],
    ["ubar", "vbar"],
    ["sustr", "svstr"],
    ["bustr", "bvstr"],
    ["Uwind", "Vwind"],
    ["uice", "vice"],
    ["uo", "vo"],
    ["vozocrtx", "vomecrty"],
    ["sozotaux", "sometauy"],
];

/// Statistics of GRIB that keep a vector what it is: moments, means and sums.
const LINEAR: [&str; 3] = ["instant", "avg", "accum"];

impl Part {
    /// `None` for what is no part of a vector, and for vectors that are not along the grid.
    #[must_use]
    pub fn of(variable: &Variable) -> Option<Self> {
        if variable.frame != Frame::Grid {
            return None;
        }
        let name = variable.identity.as_ref().unwrap_or(&variable.id);
        // Of a message without a name the numbers are those of its parameter.
        let is_digit = |letter: char| variable.grib.is_some() && letter.is_ascii_digit();
        let name = name.replace(is_digit, "");
        let long = variable.long_name.as_deref().unwrap_or_default();
        let by_words = || {
            let standard = variable.standard_name.as_deref().and_then(|name| name.split_whitespace().next());
            let words = standard.and_then(AxisWords::of).or_else(|| AxisWords::of(long))?;
            let AxisWords { component, family, is_linear, .. } = words;
            let family = match &variable.grib {
                Some(grib) => {
                    let (level, statistic) = (&grib.level_kind, grib.statistic.as_str());
                    let is_linear = is_linear && grib.plain && LINEAR.iter().any(|word| statistic.starts_with(word));
                    is_linear.then(|| format!("{family}/{level}/{statistic}"))
                }
                None => is_linear.then_some(family),
            };
            Some((component, family))
        };
        // NEMO's names say more than its words; the parts of a GRIB message are known by the name of its numbers.
        let by_name = || {
            let is_axis = |axis: usize| NAMES.iter().find(|pair| pair.get(axis) == Some(&variable.name.as_str()));
            let found = is_axis(0).map(|pair| (Component::X, pair)).or_else(|| Some((Component::Y, is_axis(1)?)))?;
            Some((found.0, Some(found.1.join("/"))))
        };
        let silent = variable.grib.is_none();
        let found = by_words().or_else(|| if silent { by_name() } else { None }).or_else(|| {
            // Degrees true are what directions are in otherwise.
            let lower = long.to_lowercase();
            let is_direction = silent && lower.contains("direction") && lower.contains("grid");
            is_direction.then_some((Component::Direction, None))
        });
        found.map(|(component, family)| Self { component, family, name })
    }

    /// How well a mate's name fits: by the letters that both have at their ends. `None` where their numbers differ: 10 m and
    /// 100 m are two winds.
    fn likeness(&self, mate: &Self) -> Option<usize> {
        let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
        let alike = |(a, b): &(char, char)| a == b;
        let (own, other) = (&self.name, &mate.name);
        let front = own.chars().zip(other.chars()).take_while(alike).count();
        let back = own.chars().rev().zip(other.chars().rev()).take_while(alike).count();
        (digits(own) == digits(other)).then_some(front + back)
    }
}

/// What both parts of one vector have in common.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    family: Option<String>,
    level: Option<Level>,
    member: Option<Member>,
    slot: SlotTime,
    span: Option<Span>,
}

impl Place {
    fn of(part: &Part, entry: &Entry) -> Self {
        let (level, member, slot) = (entry.level, entry.member.clone(), entry.slot);
        Self { family: part.family.clone(), level, member, slot, span: entry.recipe.span }
    }
}

/// Turns the parts of vectors along the grids of a run. What cannot be turned, for want of its mate or of the directions,
/// is called so; where others of the same parameter can be, it becomes a series of its own.
pub(super) fn turn(parts: &mut Vec<Gathered>) {
    let mates = Mates::of(parts);
    if mates.0.is_empty() {
        return;
    }
    let mut grids: Vec<Arc<Directions>> = Vec::new();
    let mut around = HashMap::new();
    let mut apart = Vec::new();
    let recipes: Vec<Vec<Option<Recipe>>> = (0..parts.len())
        .map(|n| {
            let part = &parts[n];
            let is_turned = part.grid.orientation() == Orientation::Turned;
            let turned = |entry: &Entry| {
                // A grid that moves has other directions at each time.
                let mut own = || directions(&mut grids, entry.recipe.grid().unwrap_or(&part.grid));
                let by = entry.vector.as_ref().filter(|_| is_turned && entry.told.is_none()).map(|_| own());
                mates.turned(parts, n, entry, entry.told.as_ref().or(by.as_ref())?, &mut around)
            };
            part.entries.iter().map(turned).collect()
        })
        .collect();
    for (part, recipes) in parts.iter_mut().zip(recipes) {
        // Along parallels and meridians nothing needs to be turned, unless the file has angles.
        let is_due = |entry: &Entry| {
            entry.vector.is_some() && (entry.told.is_some() || part.grid.orientation() != Orientation::EastNorth)
        };
        if !part.entries.iter().any(is_due) {
            continue;
        }
        let Some(component) = part.entries.iter().find_map(|entry| Some(entry.vector.as_ref()?.component)) else {
            continue;
        };
        let (mut left, mut any) = (Vec::new(), false);
        let entries = std::mem::take(&mut part.entries);
        for (mut entry, recipe) in entries.into_iter().zip(recipes) {
            match recipe {
                Some(recipe) => {
                    entry.recipe = recipe;
                    any = true;
                    part.entries.push(entry);
                }
                None if entry.vector.is_some() => left.push(entry),
                None => part.entries.push(entry),
            }
        }
        if any && part.parameter.known.is_none() {
            part.parameter.name = called(Called::Turned, component, &part.parameter.name);
        }
        if left.is_empty() {
            continue;
        }
        let mut parameter = along_the_grid(&part.parameter, component);
        if part.entries.is_empty() {
            part.parameter = parameter;
            part.entries = left;
        } else {
            parameter.id = format!("{}@grid", parameter.id);
            let (grid, dims, statistic) = (part.grid.clone(), part.dims.clone(), part.statistic.clone());
            let one_of_several = part.one_of_several;
            apart.push(Gathered { parameter, grid, dims, statistic, one_of_several, entries: left });
        }
    }
    parts.extend(apart);
}

fn directions(known: &mut Vec<Arc<Directions>>, grid: &Arc<Grid>) -> Arc<Directions> {
    if let Some(found) = known.iter().find(|directions| same_grid(&directions.grid, grid)) {
        return found.clone();
    }
    let made = Arc::new(Directions::new(grid.clone(), None));
    known.push(made.clone());
    made
}

/// The directions of a grid that a file has besides the positions.
pub(super) fn told(dataset: &Dataset, grid: &Arc<Grid>) -> Option<Arc<Directions>> {
    // The angles of a grid that moves differ from time to time.
    if matches!(grid.geometry, Geometry::Moving(_)) {
        return None;
    }
    let angles = angles(&dataset.variables, grid)?;
    Some(Arc::new(Directions::new(grid.clone(), Some(Box::new(angles)))))
}

/// Where the parts of vectors stand: numbers of the series in the making and of their entries.
struct Mates(HashMap<(Place, Component), Vec<(usize, usize)>>);

/// How two grids lie to one another: `Some(None)` for points at the same places.
type Lie = Option<Option<Neighbours>>;

impl Mates {
    fn of(parts: &[Gathered]) -> Self {
        let mut found: HashMap<(Place, Component), Vec<(usize, usize)>> = HashMap::new();
        for (n, part) in parts.iter().enumerate() {
            for (at, entry) in part.entries.iter().enumerate() {
                if let Some(vector) = &entry.vector {
                    found.entry((Place::of(vector, entry), vector.component)).or_default().push((n, at));
                }
            }
        }
        Self(found)
    }

    /// The recipe of an entry with its mate; `None` where that is missing.
    fn turned(
        &self,
        parts: &[Gathered],
        number: usize,
        entry: &Entry,
        directions: &Arc<Directions>,
        lies: &mut HashMap<(usize, usize), Lie>,
    ) -> Option<Recipe> {
        let vector = entry.vector.as_ref()?;
        let formula = Formula::Turned { component: vector.component, by: directions.clone() };
        let own = parts.get(number)?;
        let Some(other) = vector.component.mate() else {
            return Some(Recipe { formula, ..entry.recipe.clone() });
        };
        vector.family.as_ref()?;
        let candidates = self.0.get(&(Place::of(vector, entry), other))?;
        let mut best: Option<(usize, &Ingredient, usize)> = None;
        for &(n, at) in candidates {
            let (Some(part), Some(mate)) = (parts.get(n), parts.get(n).and_then(|part| part.entries.get(at))) else {
                continue;
            };
            let unit = |part: &Gathered| (part.parameter.unit.map(|unit| &unit.id), part.parameter.unit_label.clone());
            let lie = lies.entry((number, n)).or_insert_with(|| lie(&own.grid, &part.grid));
            let (Some(likeness), Some(ingredient)) = (
                mate.vector.as_ref().and_then(|mate| vector.likeness(mate)),
                mate.recipe.ingredients.first().filter(|_| lie.is_some() && unit(own) == unit(part)),
            ) else {
                continue;
            };
            let rank = 2 * likeness + usize::from(mate.file == entry.file);
            if best.is_none_or(|(known, ..)| rank > known) {
                best = Some((rank, ingredient, n));
            }
        }
        let (_, mate, n) = best?;
        let (lie, part) = (lies.get(&(number, n)).copied().flatten()?, parts.get(n)?);
        let field =
            lie.map_or_else(|| mate.field.clone(), |around| brought_to(&mate.field, &part.grid, &own.grid, around));
        let ingredients = vec![entry.recipe.ingredients.first()?.clone(), Ingredient { field, ..mate.clone() }];
        Some(Recipe { ingredients, formula, guess: None, span: entry.recipe.span })
    }
}

fn lie(own: &Arc<Grid>, other: &Arc<Grid>) -> Lie {
    if same_grid(own, other) || own.lies_on(other) { Some(None) } else { own.neighbours(other).map(Some) }
}

/// The parameter of a part that stays along the grid: «10 m wind, component along x of the grid».
fn along_the_grid(parameter: &Parameter, component: Component) -> Parameter {
    let vector = parameter.known.and_then(|known| known.vector());
    let name = match vector {
        Some(vector) => called(Called::Component, component, &vector),
        None => called(Called::Along, component, &parameter.name),
    };
    Parameter { name, ..parameter.clone() }
}

/// In what way a name is lengthened.
#[derive(Clone, Copy)]
enum Called {
    /// The vector's name: «10 m wind, component along x of the grid».
    Component,
    /// The component's own: «Momentum flux, u-component (along x of the grid)».
    Along,
    /// «Zonal current (turned to east)»
    Turned,
}

fn called(way: Called, component: Component, name: &Bilingual) -> Bilingual {
    let key = match (way, component) {
        (Called::Component, Component::X) => "parameter.component_x",
        (Called::Component, Component::Y) => "parameter.component_y",
        (Called::Along, Component::X) => "parameter.along_x",
        (Called::Along, Component::Y) => "parameter.along_y",
        (Called::Component | Called::Along, Component::Direction) => "parameter.along_direction",
        (Called::Turned, Component::X) => "parameter.turned_x",
        (Called::Turned, Component::Y) => "parameter.turned_y",
        (Called::Turned, Component::Direction) => "parameter.turned_direction",
    };
    Bilingual {
        en: text::fill(Language::English, key, &[("name", &name.en)]),
        fr: text::fill(Language::French, key, &[("name", &name.fr)]),
    }
}

/// How a part of a vector along the grid is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// x points east on this grid.
    AsItIs,
    Turned,
    AlongGrid,
}

impl Part {
    /// A sentence for a person: «along x of the grid; shown turned to east».
    #[must_use]
    pub fn tell(&self, shown: Shown, language: Language) -> &'static str {
        let key = match (self.component, shown) {
            (Component::X, Shown::AsItIs) => "vector.x_is_east",
            (Component::X, Shown::Turned) => "vector.x_turned",
            (Component::X, Shown::AlongGrid) => "vector.x_stays",
            (Component::Y, Shown::AsItIs) => "vector.y_is_north",
            (Component::Y, Shown::Turned) => "vector.y_turned",
            (Component::Y, Shown::AlongGrid) => "vector.y_stays",
            (Component::Direction, Shown::AsItIs) => "vector.direction_is_true",
            (Component::Direction, Shown::Turned) => "vector.direction_turned",
            (Component::Direction, Shown::AlongGrid) => "vector.direction_stays",
        };
        text::say(language, key)
    }
}

impl Catalog {
    /// All fields of files that are shown, converted or turned, with their series and their recipe.
    pub fn shown(&self) -> impl Iterator<Item = (&FieldRef, &Series, &Recipe)> {
        let series = self.models.iter().flat_map(|model| &model.runs).flat_map(|run| &run.series);
        let recipes = series.flat_map(|series| series.recipes().map(move |(_, _, recipe)| (series, recipe)));
        recipes.filter_map(|(series, recipe)| Some((recipe.shows()?, series, recipe)))
    }
}

impl Shown {
    /// How a part of a vector along a grid is shown by its recipe.
    #[must_use]
    pub fn of(grid: &Grid, recipe: Option<&Recipe>) -> Self {
        match grid.orientation() {
            _ if recipe.is_some_and(|recipe| matches!(recipe.formula, Formula::Turned { .. })) => Self::Turned,
            Orientation::EastNorth => Self::AsItIs,
            Orientation::Turned | Orientation::Unknown => Self::AlongGrid,
        }
    }
}
