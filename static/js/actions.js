// One dialog serves every "Done" button: the pressed one says which action it is about.
document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-fills]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (!dialog) return;
    const form = dialog.querySelector("form[method=post]");
    form.action = opener.dataset.fills;
    form.querySelector("[data-about-here]").textContent = opener.dataset.about;
    form.querySelector("textarea").value = "";
});
