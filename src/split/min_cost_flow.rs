//! Who takes whom at the least cost: flow from those who ask to those who can be given.
//!
//! People alike are one node with a capacity, so that the graph grows with the number of different
//! values, not of people. Crates at hand solve the dense assignment of single rows to columns
//! (Kuhn and Munkres), which is cubic in people and knows no caliper.

use std::collections::VecDeque;

/// A pair that may be, by the places of its classes, and what one such pair costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowArc {
    /// Class of those who ask.
    pub from: usize,
    /// Class of those who can be given.
    pub to: usize,
    /// The distance.
    pub cost: u64,
}

/// How many pairs of each arc: in a first round as many of those who ask as possible get one, at
/// the least total cost; then as many as possible a second one, and so on for `rounds`. A later
/// round may give one who asks another partner, never fewer.
pub fn assign(asking: &[u64], giving: &[u64], arcs: &[FlowArc], rounds: usize) -> Vec<u64> {
    let mut graph = FlowGraph::new(asking.len(), giving.len());
    for arc in arcs {
        let most = asking[arc.from].saturating_mul(rounds as u64).min(giving[arc.to]);
        graph.add(1 + arc.from, 1 + asking.len() + arc.to, most, arc.cost.cast_signed());
    }
    for (at, capacity) in giving.iter().enumerate() {
        graph.add(1 + asking.len() + at, graph.sink, *capacity, 0);
    }
    for _ in 0..rounds {
        for (at, supply) in asking.iter().enumerate() {
            graph.add(SOURCE, 1 + at, *supply, 0);
        }
        while graph.augment() {}
    }
    // Edges stand in pairs; what may flow back is what flows.
    (0..arcs.len()).map(|at| graph.edges[2 * at + 1].room).collect()
}

const SOURCE: usize = 0;

struct FlowEdge {
    to: usize,
    room: u64,
    cost: i64,
}

struct FlowGraph {
    sink: usize,
    edges: Vec<FlowEdge>,
    leaving: Vec<Vec<usize>>,
}

impl FlowGraph {
    fn new(asking: usize, giving: usize) -> Self {
        let sink = 1 + asking + giving;
        Self { sink, edges: Vec::new(), leaving: vec![Vec::new(); sink + 1] }
    }

    fn add(&mut self, from: usize, to: usize, room: u64, cost: i64) {
        for (from, to, room, cost) in [(from, to, room, cost), (to, from, 0, -cost)] {
            self.leaving[from].push(self.edges.len());
            self.edges.push(FlowEdge { to, room, cost });
        }
    }

    /// Sends as much as fits along the cheapest way that has room; false when there is none. No
    /// way leads back through the source, so nobody loses what an earlier round gave.
    fn augment(&mut self) -> bool {
        let mut cost = vec![i64::MAX; self.leaving.len()];
        let mut by: Vec<usize> = vec![usize::MAX; self.leaving.len()];
        let mut waiting = vec![false; self.leaving.len()];
        let mut queue = VecDeque::from([SOURCE]);
        cost[SOURCE] = 0;
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            for at in &self.leaving[node] {
                let edge = &self.edges[*at];
                let reached = cost[node] + edge.cost;
                if edge.room == 0 || edge.to == SOURCE || reached >= cost[edge.to] {
                    continue;
                }
                (cost[edge.to], by[edge.to]) = (reached, *at);
                if !waiting[edge.to] {
                    waiting[edge.to] = true;
                    queue.push_back(edge.to);
                }
            }
        }
        if by[self.sink] == usize::MAX {
            return false;
        }
        let mut way = Vec::new();
        let mut node = self.sink;
        while node != SOURCE {
            way.push(by[node]);
            node = self.edges[by[node] ^ 1].to;
        }
        let sent = way.iter().map(|at| self.edges[*at].room).min().unwrap_or(0);
        for at in way {
            self.edges[at].room -= sent;
            self.edges[at ^ 1].room += sent;
        }
        true
    }
}
