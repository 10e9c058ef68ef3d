//! All that a file declares, with the roles found once, names looked up by scope, and coordinate values read once.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::attribute::{Attribute, Declared, Dimension};
use super::roles::{Role, role};

/// Coordinate values of a file, on demand.
pub trait Values {
    /// Values along the last `rank` dimensions, the first position on all others: packing undone, missing as NaN.
    /// `None` where they cannot be read, or are too many for a coordinate.
    fn numbers(&self, variable: usize, rank: usize) -> Option<Vec<f64>>;
    /// As [`Values::numbers`], at these positions on the dimensions before.
    fn numbers_at(&self, variable: usize, rank: usize, at: &[usize]) -> Option<Vec<f64>> {
        at.iter().all(|&at| at == 0).then(|| self.numbers(variable, rank)).flatten()
    }
    /// The strings of a text variable, one for each element.
    fn texts(&self, variable: usize) -> Option<Vec<String>>;
    /// Whether the file says by the global attribute `featureType` that it holds stations, profiles or trajectories (CF 1.8,
    /// chapter 9).
    fn has_features(&self) -> bool {
        false
    }
}

/// Coordinate values by variable and rank; `None` for those that could not be read.
type Known = HashMap<(usize, usize), Option<Arc<Vec<f64>>>>;

/// The variables of a file and what can be asked of them together.
pub struct Declarations<'a> {
    pub variables: &'a [Declared],
    values: &'a dyn Values,
    roles: Vec<Option<Role>>,
    by_path: HashMap<&'a str, usize>,
    by_role: HashMap<Role, Vec<usize>>,
    cell_bounds: HashSet<usize>,
    numbers: RefCell<Known>,
}

impl<'a> Declarations<'a> {
    #[must_use]
    pub fn new(variables: &'a [Declared], values: &'a dyn Values) -> Self {
        let by_path = variables.iter().enumerate().map(|(n, variable)| (variable.path.as_str(), n)).collect();
        let mut all = Self {
            variables,
            values,
            roles: Vec::new(),
            by_path,
            by_role: HashMap::new(),
            cell_bounds: HashSet::new(),
            numbers: RefCell::default(),
        };
        all.cell_bounds = all.find_cell_bounds();
        all.roles = variables
            .iter()
            .enumerate()
            .map(|(n, variable)| if all.cell_bounds.contains(&n) { None } else { role(variable) })
            .collect();
        for (n, role) in all.roles.iter().enumerate() {
            if let Some(role) = role {
                all.by_role.entry(*role).or_default().push(n);
            }
        }
        all
    }

    /// Corners of cells and ends of intervals belong to a coordinate and are no fields, nor coordinates themselves.
    fn find_cell_bounds(&self) -> HashSet<usize> {
        let mut found = HashSet::new();
        for variable in self.variables {
            for name in ["bounds", "climatology"] {
                found.extend(self.find(variable.text(name), variable.group()));
            }
        }
        let named = |name: &str| ["_bnds", "_bounds", "_vertices"].iter().any(|end| name.ends_with(end));
        found.extend(self.variables.iter().enumerate().filter(|(_, v)| named(v.name())).map(|(n, _)| n));
        found
    }

    /// Whether the points of this file are stations, profiles or trajectories: by `featureType`, or by the `cf_role` of the
    /// variable that names them.
    #[must_use]
    pub fn has_features(&self) -> bool {
        let names_them =
            |variable: &Declared| ["timeseries_id", "profile_id", "trajectory_id"].contains(&variable.text("cf_role"));
        self.values.has_features() || self.variables.iter().any(names_them)
    }

    /// Whether a mesh is described (UGRID).
    #[must_use]
    pub fn has_mesh(&self) -> bool {
        self.variables.iter().any(|variable| variable.text("cf_role") == "mesh_topology")
    }

    #[must_use]
    pub fn is_cell_bounds(&self, variable: usize) -> bool {
        self.cell_bounds.contains(&variable)
    }

    #[must_use]
    pub fn get(&self, variable: usize) -> Option<&'a Declared> {
        self.variables.get(variable)
    }

    #[must_use]
    pub fn role(&self, variable: usize) -> Option<Role> {
        self.roles.get(variable).copied().flatten()
    }

    /// A variable by name as seen from a group: there, then in the groups around it.
    #[must_use]
    pub fn find(&self, name: &str, group: &str) -> Option<usize> {
        if name.is_empty() {
            return None;
        }
        scopes(group).find_map(|scope| {
            let path = if scope.is_empty() { name.to_owned() } else { format!("{scope}/{name}") };
            self.by_path.get(path.trim_start_matches('/')).copied()
        })
    }

    /// Variables of a role in the group and the groups around it, nearest first.
    pub fn of_role<'s>(&'s self, role: Role, group: &'s str) -> impl Iterator<Item = usize> + 's {
        scopes(group).flat_map(move |scope| {
            let all = self.by_role.get(&role).map_or(&[][..], Vec::as_slice);
            all.iter().copied().filter(move |&n| self.variables.get(n).is_some_and(|v| v.group() == scope))
        })
    }

    /// The variables that the `coordinates` attribute names.
    #[must_use]
    pub fn auxiliary(&self, variable: &Declared) -> Vec<usize> {
        let names = match variable.attribute("coordinates") {
            Some(Attribute::Text(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Attribute::Texts(texts)) => texts.clone(),
            _ => Vec::new(),
        };
        names.iter().filter_map(|name| self.find(name, variable.group())).collect()
    }

    /// The coordinate variable of a dimension: its name, and along it alone.
    #[must_use]
    pub fn coordinate(&self, dim: &Dimension, group: &str) -> Option<usize> {
        let found = self.find(&dim.name, group)?;
        self.get(found).is_some_and(|v| matches!(v.dims.as_slice(), [only] if only == dim)).then_some(found)
    }

    /// See [`Values::numbers`]; each is read once.
    #[must_use]
    pub fn numbers(&self, variable: usize, rank: usize) -> Option<Arc<Vec<f64>>> {
        if let Some(known) = self.numbers.borrow().get(&(variable, rank)) {
            return known.clone();
        }
        let read = self.values.numbers(variable, rank).map(Arc::new);
        self.numbers.borrow_mut().insert((variable, rank), read.clone());
        read
    }

    /// See [`Values::numbers_at`]; only those of the first positions are kept.
    #[must_use]
    pub fn numbers_at(&self, variable: usize, rank: usize, at: &[usize]) -> Option<Arc<Vec<f64>>> {
        if at.iter().all(|&at| at == 0) {
            return self.numbers(variable, rank);
        }
        self.values.numbers_at(variable, rank, at).map(Arc::new)
    }

    #[must_use]
    pub fn texts(&self, variable: usize) -> Option<Vec<String>> {
        self.values.texts(variable)
    }
}

/// `a/b/c`, `a/b`, `a` and the root.
fn scopes(group: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(group), |scope| {
        (!scope.is_empty()).then(|| scope.rsplit_once('/').map_or("", |(outer, _)| outer))
    })
}
