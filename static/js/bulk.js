// The bulk bar shows when a row is ticked and says how many are. In a narrow window it is one
// line, and what can be changed opens above it as a menu does.
const narrow = matchMedia("(width < 700px)");

for (const bar of document.querySelectorAll("[data-bulk-bar]")) {
    const boxes = () => [...document.querySelectorAll(`[data-bulk][form="${bar.id}"]`)];
    const all = document.querySelector(`[data-bulk-all="${bar.id}"]`);

    const refresh = () => {
        const ticked = boxes().filter((box) => box.checked).length;
        bar.hidden = ticked === 0;
        bar.querySelector("[data-bulk-count]").textContent = String(ticked);
        if (all) {
            all.checked = ticked > 0 && ticked === boxes().length;
            all.indeterminate = ticked > 0 && !all.checked;
        }
    };

    all?.addEventListener("change", () => {
        for (const box of boxes()) box.checked = all.checked;
        refresh();
    });
    document.addEventListener("change", (event) => {
        if (event.target.matches?.(`[data-bulk][form="${bar.id}"]`)) refresh();
    });
    const change = bar.querySelector(".bulk-change");
    const fold = () => {
        change.open = !narrow.matches;
        change.toggleAttribute("data-menu", narrow.matches);
    };
    narrow.addEventListener("change", fold);
    fold();

    bar.addEventListener("reset", () => setTimeout(refresh));
    // A button needs the fields before it: say so here, where the ticks are still there.
    bar.addEventListener("submit", (event) => {
        const fields = [...(event.submitter?.parentElement.querySelectorAll("select, input") ?? [])];
        const empty = fields.find((field) => !field.value.trim());
        for (const field of fields) field.removeAttribute("aria-invalid");
        if (!empty) return;
        event.preventDefault();
        empty.setAttribute("aria-invalid", "true");
        empty.focus();
    });
    refresh();
}
