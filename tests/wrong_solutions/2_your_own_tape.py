"""Wrong solutions of assignment 2: the mistake, the points that are left of 17, a piece of the hint, and the cells that change.

The tests of tasks 5 and 6 do not use the tape of tasks 1 to 4, so each mistake costs the points of its own task.
"""

WRONG = [
    ("the factors of a product swapped", 14, "if a grows by one, a b grows by b", {"plus_times": """
def add(a, b):
    return Node(a.value + b.value, (a, 1.0), (b, 1.0))

def mul(a, b):
    return Node(a.value * b.value, (a, a.value), (b, b.value))
"""}),
    ("n is missing in the derivative of a power", 14, "a factor is missing in the derivative of a power", {"functions": """
def sin(a):
    return Node(math.sin(a.value), (a, math.cos(a.value)))

def exp(a):
    return Node(math.exp(a.value), (a, math.exp(a.value)))

def power(a, n):
    return Node(a.value**n, (a, a.value ** (n - 1)))
"""}),
    ("a slope is overwritten where it should be added to", 14, "what comes back from each use adds up", {"backward": """
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

# right answers in another style: the style, and the cells that change
RIGHT = [
    ("parents the other way round, a power by a quotient, no recursion", {"plus_times": """
def add(a, b):
    return Node(a.value + b.value, (b, 1), (a, 1))

def mul(a, b):
    return Node(a.value * b.value, (b, a.value), (a, b.value))
""", "functions": """
def sin(a):
    return Node(np.sin(a.value), (a, np.cos(a.value)))

def exp(a):
    value = np.exp(a.value)
    return Node(value, (a, value))

def power(a, n):
    value = a.value**n
    return Node(value, (a, n * value / a.value))
""", "order": """
def order(y):
    found, waiting = [], [(y, False)]
    while waiting:
        node, ready = waiting.pop()
        if node in found:
            continue
        if ready:
            found.append(node)
        else:
            waiting += [(node, True)] + [(parent, False) for parent, _ in node.parents]
    return found
""", "backward": """
from collections import defaultdict

def backward(nodes):
    slope = defaultdict(float)
    slope[nodes[-1]] = 1.0
    for node in nodes[::-1]:
        for parent, local in node.parents:
            slope[parent] = slope[parent] + local * slope[node]
    return dict(slope)
"""}),
    ("no tape at all in the tasks that come after it", {"hamilton": """
def hamilton(H, q, p):
    inputs = Node(q), Node(p)
    slopes = gradient(H(*inputs), list(inputs))
    return np.array([slopes[1], -slopes[0]])
""", "descend": """
def descend(loss, weights, rate, steps):
    weights = np.array(weights)
    for step in range(steps):
        nodes = list(map(Node, weights))
        weights = weights - rate * np.array(gradient(loss(nodes), nodes))
    return list(weights)
"""}),
]
