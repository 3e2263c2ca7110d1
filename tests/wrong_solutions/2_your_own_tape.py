"""Wrong solutions of assignment 2: the mistake, the points that are left of 17, a piece of the hint, and the cells that change.

From task 5 on the tests use the whole tape, so a tape that computes wrong slopes loses points there too.
"""

WRONG = [
    ("the factors of a product swapped", 9, "if a grows by one, a b grows by b", {"plus_times": """
def add(a, b):
    return Node(a.value + b.value, (a, 1.0), (b, 1.0))

def mul(a, b):
    return Node(a.value * b.value, (a, a.value), (b, b.value))
"""}),
    ("n is missing in the derivative of a power", 12, "a factor is missing in the derivative of a power", {"functions": """
def sin(a):
    return Node(math.sin(a.value), (a, math.cos(a.value)))

def exp(a):
    return Node(math.exp(a.value), (a, math.exp(a.value)))

def power(a, n):
    return Node(a.value**n, (a, a.value ** (n - 1)))
"""}),
    ("a slope is overwritten where it should be added to", 9, "what comes back from each use adds up", {"backward": """
def backward(nodes):
    slope = {node: 0.0 for node in nodes}
    slope[nodes[-1]] = 1.0
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] = slope[node] * local
    return slope
"""}),
    ("the list forgets where it has been, and the gradient is not turned", 12, "remember where you have been", {"order": """
def order(y):
    nodes = []
    for parent, _ in y.parents:
        nodes += order(parent)
    return nodes + [y]
""", "hamilton": """
def hamilton(H, q, p):
    place, momentum = Node(q), Node(p)
    return tuple(gradient(H(place, momentum), [place, momentum]))
"""}),
    ("uphill", 14, "the loss grows", {"descend": """
def descend(loss, weights, rate, steps):
    for _ in range(steps):
        nodes = [Node(weight) for weight in weights]
        weights = [weight + rate * slope for weight, slope in zip(weights, gradient(loss(nodes), nodes))]
    return weights
"""}),
]
