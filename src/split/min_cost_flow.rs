//! Assignment at minimum cost, as a flow from demand to supply.
//!
//! Patients with the same values are one node with a capacity, so that the graph grows with the number
//! of different values, not of patients. The crates that exist solve the dense assignment of single
//! rows to columns (Kuhn and Munkres), which is cubic in patients and has no caliper.

use std::collections::VecDeque;

/// A permitted pair of nodes, and the cost of each unit of flow between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowArc {
    /// The node with the demand.
    pub from: usize,
    /// The node with the supply.
    pub to: usize,
    /// The cost.
    pub cost: u64,
}

/// The flow of each arc. In the first round as much of the demand as possible is met once, at minimum
/// total cost; then as much as possible a second time, and so on for `rounds`. A later round may
/// reroute flow, but never reduces what a node of the demand has.
pub fn assign(demand: &[u64], supply: &[u64], arcs: &[FlowArc], rounds: usize) -> Vec<u64> {
    let mut graph = FlowGraph::new(demand.len(), supply.len());
    for arc in arcs {
        let most = demand[arc.from].saturating_mul(rounds as u64).min(supply[arc.to]);
        graph.add(1 + arc.from, 1 + demand.len() + arc.to, most, arc.cost.cast_signed());
    }
    for (node, capacity) in supply.iter().enumerate() {
        graph.add(1 + demand.len() + node, graph.sink, *capacity, 0);
    }
    for _ in 0..rounds {
        for (node, amount) in demand.iter().enumerate() {
            graph.add(SOURCE, 1 + node, *amount, 0);
        }
        while graph.augment() {}
    }
    // Edges are in pairs; the capacity of the reverse edge is the flow.
    (0..arcs.len()).map(|arc| graph.edges[2 * arc + 1].capacity).collect()
}

const SOURCE: usize = 0;

struct FlowEdge {
    to: usize,
    capacity: u64,
    cost: i64,
}

struct FlowGraph {
    sink: usize,
    edges: Vec<FlowEdge>,
    leaving: Vec<Vec<usize>>,
}

impl FlowGraph {
    fn new(demand: usize, supply: usize) -> Self {
        let sink = 1 + demand + supply;
        Self { sink, edges: Vec::new(), leaving: vec![Vec::new(); sink + 1] }
    }

    fn add(&mut self, from: usize, to: usize, capacity: u64, cost: i64) {
        for (from, to, capacity, cost) in [(from, to, capacity, cost), (to, from, 0, -cost)] {
            self.leaving[from].push(self.edges.len());
            self.edges.push(FlowEdge { to, capacity, cost });
        }
    }

    /// Sends as much as possible along the cheapest path with capacity; false when there is none. No
    /// path returns to the source, so that demand that was met stays met.
    fn augment(&mut self) -> bool {
        let mut cost = vec![i64::MAX; self.leaving.len()];
        let mut arrived_by: Vec<usize> = vec![usize::MAX; self.leaving.len()];
        let mut queued = vec![false; self.leaving.len()];
        let mut queue = VecDeque::from([SOURCE]);
        cost[SOURCE] = 0;
        while let Some(node) = queue.pop_front() {
            queued[node] = false;
            for index in &self.leaving[node] {
                let edge = &self.edges[*index];
                let reached = cost[node] + edge.cost;
                if edge.capacity == 0 || edge.to == SOURCE || reached >= cost[edge.to] {
                    continue;
                }
                (cost[edge.to], arrived_by[edge.to]) = (reached, *index);
                if !queued[edge.to] {
                    queued[edge.to] = true;
                    queue.push_back(edge.to);
                }
            }
        }
        if arrived_by[self.sink] == usize::MAX {
            return false;
        }
        let mut path = Vec::new();
        let mut node = self.sink;
        while node != SOURCE {
            path.push(arrived_by[node]);
            node = self.edges[arrived_by[node] ^ 1].to;
        }
        let sent = path.iter().map(|edge| self.edges[*edge].capacity).min().unwrap_or(0);
        for edge in path {
            self.edges[edge].capacity -= sent;
            self.edges[edge ^ 1].capacity += sent;
        }
        true
    }
}
