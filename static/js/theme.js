// Light, dark or as the system: remembered in a cookie so that the server draws it at once.
document.documentElement.classList.add("js");

const choices = document.querySelectorAll("[data-theme-choice]");

for (const choice of choices) {
    choice.addEventListener("click", () => {
        const theme = choice.dataset.themeChoice;
        if (theme === "auto") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = theme;
        document.cookie = `theme=${theme}; path=/; max-age=31536000; SameSite=Lax`;
        for (const each of choices) each.setAttribute("aria-pressed", String(each === choice));
    });
}
