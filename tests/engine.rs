//! What a window may expect of the engine, seen from outside; files are played by a reader of the test's own.

#[path = "engine/budget.rs"]
mod budget;
#[path = "engine/fake.rs"]
mod fake;
#[path = "engine/order.rs"]
mod order;
#[path = "engine/telling.rs"]
mod telling;
