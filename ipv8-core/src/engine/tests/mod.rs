mod classes;
mod json;
mod nodes;
mod tickets;
mod turns;
