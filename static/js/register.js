// The register: j and k walk from risk to risk, r rates again, and effort is one answer
// however it is given.
document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (!["j", "k", "r"].includes(event.key) || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea")) return;
    const link = document.querySelector(`a[data-key="${event.key}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
});

// Ctrl or Command and Enter send the form from any of its fields.
document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    const form = event.target.closest?.("form.risk-form");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[type=submit]"));
});

for (const row of document.querySelectorAll("[data-effort]")) {
    const text = row.querySelector('[name="effort"]');
    const sizes = [...row.querySelectorAll('[name="effort_size"]')];
    const none = sizes.find((size) => size.value === "");

    row.addEventListener("change", (event) => {
        if (event.target.name === "effort_size") text.value = "";
    });
    text.addEventListener("input", () => {
        if (text.value && none) none.checked = true;
    });
}
