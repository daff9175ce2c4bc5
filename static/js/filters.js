// Filters apply as they are chosen; empty ones stay out of the address.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
    form.querySelector("button[type=submit]")?.classList.add("visually-hidden");
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => {
        for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
        addEventListener("pageshow", () => {
            for (const field of form.elements) field.disabled = false;
        }, { once: true });
    });
}
