//! Support that is conditional on training.

use domain::access::Side;
use leptos::prelude::*;

use super::WorkActs;
use crate::{
    api::training::TicketTraining,
    components::{edit_form::busy, field::SelectField, icon::Icon},
};

#[component]
pub(super) fn Conditional(training: RwSignal<TicketTraining>, acts: WorkActs, side: Side) -> impl IntoView {
    let shown = Memo::new(move |_| training.get());
    move || {
        let TicketTraining { number, waits_for, may_hold } = shown.get();
        match waits_for {
            Some(topic) => {
                let words = match side {
                    Side::Staff => "The clock starts when attendance is recorded.",
                    Side::Customer => "Our clock starts once somebody of yours has attended the course.",
                };
                let link = (side == Side::Staff).then(|| view! { <a class="small" href="/training">"Training"</a> });
                view! {
                    <section class="card" aria-labelledby="conditional">
                        <div class="card-head">
                            <h2 id="conditional">"Support conditional"</h2>
                            {link}
                        </div>
                        <div class="card-body">
                            <p class="work__stop">
                                <Icon name="pause" small=true />
                                <span>"Training on " {topic} " comes first. " {words}</span>
                            </p>
                        </div>
                    </section>
                }
                .into_any()
            }
            None if may_hold.is_empty() => ().into_any(),
            None => view! {
                <section class="card" aria-labelledby="conditional">
                    <div class="card-head">
                        <h2 id="conditional">"Training"</h2>
                        <a class="small" href="/training">
                            "All"
                        </a>
                    </div>
                    <div class="card-body">
                        <ActionForm action=acts.hold attr:class="stack stack--s" attr:aria-label="Support conditional">
                            <input type="hidden" name="number" value=number.to_string() />
                            <SelectField
                                label="Is this about a course that was not attended?"
                                name="condition"
                                options=may_hold
                                hint="The ticket stays, and its clock starts when attendance is recorded."
                            />
                            <button class="btn" type="submit" aria-busy=busy(acts.hold)>
                                "Mark support conditional"
                            </button>
                        </ActionForm>
                    </div>
                </section>
            }
            .into_any(),
        }
    }
}
