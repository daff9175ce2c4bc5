// Light, dark or as the system: shown at once, kept by the server in a cookie.
document.documentElement.classList.add("js");

const form = document.querySelector("[data-theme-form]");

form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = event.submitter.value;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const each of form.querySelectorAll("[name=theme]")) {
        each.setAttribute("aria-pressed", String(each === event.submitter));
    }
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
});
