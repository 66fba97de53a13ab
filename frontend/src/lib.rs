//! The WebAssembly entry: hydrates the islands, nothing else.
#![cfg(target_arch = "wasm32")]

/// Called by the page's script once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
}
