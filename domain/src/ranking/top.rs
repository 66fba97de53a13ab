//! The first places out of two lists, each read no further than it must be: what sold best in the
//! hours that are over, and what does in the hour that runs.

use std::cmp::Reverse;

use contract::product::ProductId;

/// A product that stands high in one of the lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) id: ProductId,
    pub(super) on_sale: bool,
    /// Copies sold in the hours that are over.
    pub(super) settled: i64,
    /// Copies sold in the hour that runs.
    pub(super) running: i64,
    /// Whether it is among the first of those.
    pub(super) among_settled: bool,
    /// Whether it is among the first of these.
    pub(super) among_running: bool,
}

/// A product and its copies of both lists, in the order of the places.
pub(super) type Place = (ProductId, i64);

/// The first places among the candidates, which are the first `depth` of each list by copies, then
/// by product. `None` where somebody further down the lists might stand before them (this is the
/// threshold algorithm of Fagin, Lotem and Naor).
pub(super) fn top(candidates: &[Candidate], depth: usize, limit: usize) -> Option<Vec<Place>> {
    let of_settled = candidates.iter().filter(|one| one.among_settled).map(|one| (one.id, one.settled));
    let of_running = candidates.iter().filter(|one| one.among_running).map(|one| (one.id, one.running));
    let (settled, running) = (last(of_settled, depth), last(of_running, depth));
    let mut places: Vec<Place> = candidates
        .iter()
        .filter(|one| one.on_sale)
        .map(|one| (one.id, one.settled + one.running))
        .filter(|(_, copies)| *copies > 0)
        .collect();
    places.sort_unstable_by_key(order);
    places.truncate(limit);
    if settled.is_none() && running.is_none() {
        return Some(places);
    }
    // Nobody else has more than the last of both lists together, and who has as much is younger
    // than both. Who is not in a list that was read to its end has nothing there.
    let (settled, running) = (settled.unwrap_or_default(), running.unwrap_or_default());
    let best_unseen = (settled.0.max(running.0), settled.1 + running.1);
    let full = places.len() == limit;
    let safe = places.last().is_none_or(|place| order(place) <= order(&best_unseen));
    (full && safe).then_some(places)
}

/// The last of a list of which `depth` were read; `None` where that was all of it.
fn last(list: impl Iterator<Item = Place>, depth: usize) -> Option<Place> {
    let list: Vec<Place> = list.collect();
    if list.len() < depth { None } else { list.into_iter().max_by_key(order) }
}

/// More copies first, then the older product.
fn order(place: &Place) -> (Reverse<i64>, ProductId) {
    (Reverse(place.1), place.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type List = BTreeMap<ProductId, i64>;

    /// What is read of the lists.
    fn read(settled: &List, running: &List, off_sale: &[ProductId], depth: usize) -> Vec<Candidate> {
        let first = |list: &List| {
            let mut places: Vec<Place> = list.iter().map(|(id, copies)| (*id, *copies)).collect();
            places.sort_by_key(order);
            places.into_iter().take(depth).map(|(id, _)| id).collect::<Vec<_>>()
        };
        let (first_settled, first_running) = (first(settled), first(running));
        let mut ids = [first_settled.clone(), first_running.clone()].concat();
        ids.sort_unstable();
        ids.dedup();
        let candidate = |id| Candidate {
            id,
            on_sale: !off_sale.contains(&id),
            settled: settled.get(&id).copied().unwrap_or_default(),
            running: running.get(&id).copied().unwrap_or_default(),
            among_settled: first_settled.contains(&id),
            among_running: first_running.contains(&id),
        };
        ids.into_iter().map(candidate).collect()
    }

    /// Few different numbers, so that many stand equal.
    fn list() -> impl Strategy<Value = List> {
        prop::collection::btree_map(1..40_i64, 1..7_i64, 0..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn what_is_found_before_the_end_is_what_all_of_it_would_say(
            settled in list(),
            running in list(),
            off_sale in prop::collection::vec(1..40_i64, 0..6),
            limit in 1..8_usize,
        ) {
            let everything = read(&settled, &running, &off_sale, 100);
            let truth = top(&everything, 100, limit).expect("both lists are read to their ends");
            let mut naive: Vec<Place> = everything
                .iter()
                .filter(|one| !off_sale.contains(&one.id))
                .map(|one| (one.id, one.settled + one.running))
                .collect();
            naive.sort_by_key(|(id, copies)| (-copies, *id));
            naive.truncate(limit);
            prop_assert_eq!(&truth, &naive);
            for depth in 1..45 {
                let found = top(&read(&settled, &running, &off_sale, depth), depth, limit);
                prop_assert!(found.is_none_or(|found| found == truth), "depth {}", depth);
            }
        }
    }

    #[test]
    fn far_ahead_is_found_without_reading_on() {
        let settled: List = (1..1_000).map(|id| (id, 2_000 - id)).collect();
        let running: List = (500..600).map(|id| (id, 3)).collect();
        let found = top(&read(&settled, &running, &[], 20), 20, 5).expect("enough was read");
        assert_eq!(found.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn equals_in_one_list_alone_are_found_without_reading_on() {
        let running: List = (1..1_000).map(|id| (id, 1)).collect();
        let found = top(&read(&List::new(), &running, &[], 20), 20, 5).expect("enough was read");
        assert_eq!(found.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }
}
