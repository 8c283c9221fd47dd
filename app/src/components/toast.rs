//! Short answers to what the reader did, over the page for eight seconds, with an undo where there is one.

use std::time::Duration;

use leptos::prelude::*;

/// A toast lives this many steps; the steps stop while it is hovered or focused.
const STEPS: u32 = 16;
const STEP: Duration = Duration::from_millis(500);

#[derive(Clone)]
struct Toast {
    id: u64,
    text: String,
    undo: Option<Callback<()>>,
}

/// Where toasts are put.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    made: StoredValue<u64>,
}

impl Toasts {
    /// Says something.
    pub fn say(&self, text: impl Into<String>) {
        self.push(text.into(), None);
    }

    /// Says something that can be undone.
    pub fn say_with_undo(&self, text: impl Into<String>, undo: Callback<()>) {
        self.push(text.into(), Some(undo));
    }

    fn push(&self, text: String, undo: Option<Callback<()>>) {
        self.made.update_value(|made| *made += 1);
        let id = self.made.get_value();
        self.list.update(|list| list.push(Toast { id, text, undo }));
    }

    fn remove(&self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Puts the toasts into context.
pub fn provide_toasts() {
    provide_context(Toasts { list: RwSignal::new(Vec::new()), made: StoredValue::new(0) });
}

/// The toasts of the app. Outside of it they go nowhere.
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(|| Toasts { list: RwSignal::new(Vec::new()), made: StoredValue::new(0) })
}

/// The toasts shown now.
#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toasts no-print">
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <ToastView toast />
            </For>
        </div>
    }
}

#[component]
fn ToastView(toast: Toast) -> impl IntoView {
    let toasts = use_toasts();
    let id = toast.id;
    let paused = StoredValue::new(false);
    let left = StoredValue::new(STEPS);
    Effect::new(move |_| {
        let step = move || {
            if paused.get_value() {
                return;
            }
            left.update_value(|left| *left = left.saturating_sub(1));
            if left.get_value() == 0 {
                toasts.remove(id);
            }
        };
        if let Ok(handle) = set_interval_with_handle(step, STEP) {
            on_cleanup(move || handle.clear());
        }
    });
    let pause = move |on: bool| paused.set_value(on);
    let undo = toast.undo.map(|undo| {
        let press = move |_| {
            toasts.remove(id);
            undo.run(());
        };
        view! {
            <button type="button" on:click=press>
                "Undo"
            </button>
        }
    });
    view! {
        <div
            class="toast"
            role="status"
            on:mouseenter=move |_| pause(true)
            on:mouseleave=move |_| pause(false)
            on:focusin=move |_| pause(true)
            on:focusout=move |_| pause(false)
        >
            {toast.text}
            " "
            {undo}
        </div>
    }
}
