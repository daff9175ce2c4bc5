// A link or button with data-opens shows the dialog of that id instead of following the link;
// one with data-closes closes the dialog it stands in.
document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && !event.metaKey && !event.ctrlKey) {
        event.preventDefault();
        dialog.showModal();
    } else if (event.target.matches?.("dialog[open]")) {
        event.target.close();
    }
    const left = event.target.closest?.("[data-closes]")?.closest("dialog");
    if (left) {
        event.preventDefault();
        left.close();
    }
});

// After a refused form the list of errors is where reading goes on.
document.querySelector("[data-focus]")?.focus();
