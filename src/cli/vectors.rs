//! How parts of vectors along the grid are shown: by the catalogue, which is made for the first of them.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::opening::Opened;
use crate::catalog::{Catalog, Recipe, Series, Shown, VectorPart};
use crate::source::{FieldRef, Variable};

/// The catalogue of the open files.
pub struct Shelf<'a> {
    opened: &'a [Opened],
    catalog: OnceCell<Catalog>,
}

impl<'a> Shelf<'a> {
    pub fn new(opened: &'a [Opened]) -> Self {
        Self { opened, catalog: OnceCell::new() }
    }
}

/// What is shown of each field.
pub struct Vectors<'a> {
    shelf: &'a Shelf<'a>,
    fields: OnceCell<HashMap<&'a FieldRef, (&'a Series, &'a Recipe)>>,
    /// The first recipe of each variable, by its reader and its number there.
    variables: OnceCell<HashMap<(u64, u32), &'a Recipe>>,
}

impl<'a> Vectors<'a> {
    pub fn new(shelf: &'a Shelf<'a>) -> Self {
        Self { shelf, fields: OnceCell::new(), variables: OnceCell::new() }
    }

    fn shown(&self) -> impl Iterator<Item = (&'a FieldRef, &'a Series, &'a Recipe)> {
        let shelf = self.shelf;
        shelf.catalog.get_or_init(|| Catalog::new(shelf.opened)).shown()
    }

    /// The series of a field and its recipe there; `None` where another file's is shown in its place.
    pub fn field(&self, field: &FieldRef) -> Option<(&'a Series, &'a Recipe)> {
        let fields = || self.shown().map(|(field, series, recipe)| (field, (series, recipe))).collect();
        self.fields.get_or_init(fields).get(field).copied()
    }

    /// What a variable is of a vector along the grid, and how it is shown; `None` for any other.
    pub fn variable(&self, variable: &Variable) -> Option<(VectorPart, Shown)> {
        let part = VectorPart::of(variable)?;
        let first = || {
            let mut first = HashMap::new();
            for (field, _, recipe) in self.shown() {
                first.entry((field.reader.id(), field.variable)).or_insert(recipe);
            }
            first
        };
        let recipe = self.variables.get_or_init(first).get(&(variable.reader.id(), variable.number)).copied();
        let how = Shown::of(&variable.grid, recipe);
        Some((part, how))
    }
}
