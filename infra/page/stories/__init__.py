"""All stories, in the order in which they are played; each has its own services and browsers."""

from stories import attack, decisions, everybody, forms, keys, pictures, status, trouble, week

STORIES = [
    *week.STORIES,
    *decisions.STORIES,
    *forms.STORIES,
    *status.STORIES,
    *keys.STORIES,
    *trouble.STORIES,
    *attack.STORIES,
    *everybody.STORIES,
    *pictures.STORIES,
]
