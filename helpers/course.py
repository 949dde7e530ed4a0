"""The lessons in their order. What else lists them is held to this by tests."""

PARTS = {
    "The trick": [
        "00_start_here",
        "01_new_data_from_noise",
        "02_the_sampling_step_has_no_gradient",
        "03_the_reparameterization_trick",
        "04_train_a_vae",
        "05_move_through_latent_space",
        "06_ask_for_a_seven",
    ],
    "Why it works": ["07_the_elbo", "08_two_gradient_estimators", "09_adam"],
    "Where it breaks": ["10_when_z_says_nothing", "11_score_it_honestly"],
    "Where it leads": [
        "12_a_category_in_the_middle",
        "13_beyond_the_bell_curve",
        "14_noise_into_digits",
        "15_learning_from_reward",
    ],
}
LESSONS = [name for part in PARTS.values() for name in part]
