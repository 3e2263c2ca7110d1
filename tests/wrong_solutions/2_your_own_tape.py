"""Right answers to the tasks of assignment 2 in many styles, and wrong ones: the points that each leaves, words of its hint, and the cell."""

STYLES = {
    "plus_times": ["""
def add(a, b):
    return Node(a.value + b.value, (b, 1), (a, 1))

def mul(a, b):
    return Node(a.value * b.value, (b, a.value), (a, b.value))
""", """
def add(a, b):
    return Node(b.value + a.value, (b, 1), (a, 1))

def mul(a, b):
    return Node(b.value * a.value, (b, a.value), (a, b.value))
""", """
def add(a, b):
    node = Node(a.value + b.value)
    node.parents = ((a, 1.0), (b, 1.0))
    return node

def mul(a, b):
    node = Node(a.value * b.value)
    node.parents = [(a, b.value), (b, a.value)]
    return node
""", """
add = lambda first, second: Node(first.value + second.value, *((parent, 1.0) for parent in (first, second)))
mul = lambda first, second: Node(first.value * second.value, *zip((first, second), (second.value, first.value)))
""", """
def binary(operation, slopes):
    def of_two(a, b):
        return Node(operation(a.value, b.value), *zip((a, b), slopes(a.value, b.value)))
    return of_two

add = binary(lambda a, b: a + b, lambda a, b: (1, 1))
mul = binary(lambda a, b: a * b, lambda a, b: (b, a))
""", """
def add(a, b):
    return Node(np.sum([a.value, b.value]), (a, np.float64(1)), (b, np.float64(1)))

def mul(a, b):
    return Node(np.prod([a.value, b.value]), [a, np.float64(b.value)], [b, np.float64(a.value)])
"""],
    "functions": ["""
def sin(a):
    return Node(np.sin(a.value), (a, np.cos(a.value)))

def exp(a):
    value = np.exp(a.value)
    return Node(value, (a, value))

def power(a, n):
    value = a.value**n
    return Node(value, (a, n * value / a.value))
""", """
def sin(a):
    return Node(np.sin(a.value), (a, np.cos(a.value)))

def exp(a):
    e = np.exp(a.value)
    return Node(e, (a, e))

def power(a, n):
    return Node(a.value**n, (a, n * a.value ** (n - 1)))
""", """
def sin(a):
    return Node(math.sin(a.value), (a, math.sin(a.value + math.pi / 2)))

def exp(a):
    return Node(math.e**a.value, (a, math.e**a.value))

def power(a, n):
    value = a.value**n
    return Node(value, (a, n * value / a.value if a.value else 0.0 if n != 1 else 1.0))
""", """
import cmath

def through(f, a, h=1e-30):
    return Node(f(complex(a.value)).real, (a, f(a.value + 1j * h).imag / h))

def sin(a):
    return through(cmath.sin, a)

def exp(a):
    return through(cmath.exp, a)

def power(a, n):
    return Node(a.value**n, (a, 0.0 if n == 0 else n * a.value ** (n - 1)))
""", """
table = {"sin": (math.sin, math.cos), "exp": (math.exp, math.exp)}
def sin(a, key="sin"):
    f, df = table[key]
    return Node(f(a.value), (a, df(a.value)))

def exp(a):
    return sin(a, "exp")

def power(a, n):
    return Node(math.pow(a.value, n), (a, n * math.pow(a.value, n - 1)))
""", """
sin = lambda a: Node(math.sin(a.value), (a, math.cos(a.value)))
exp = lambda a: Node(math.exp(a.value), (a, math.exp(a.value)))
power = lambda a, n: Node(pow(a.value, n), [a, n * pow(a.value, n - 1)])
"""],
    "order": ["""
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
""", """
def order(y):
    seen, out = set(), []
    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent, _ in node.parents:
            visit(parent)
        out.append(node)
    visit(y)
    return out
""", """
def order(y, nodes=None):
    nodes = [] if nodes is None else nodes
    for parent, _ in y.parents[::-1]:
        if parent not in nodes:
            order(parent, nodes)
    nodes.append(y)
    return nodes
""", """
def order(y):
    result, stack = {}, [(y, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            result[node] = None
        elif node not in result:
            stack.append((node, True))
            stack += [(parent, False) for parent, _ in node.parents if parent not in result]
    return list(result)
""", """
def order(y):
    children, waiting, everything = {}, [y], {y}
    while waiting:
        node = waiting.pop()
        for parent in {parent for parent, _ in node.parents}:
            children[parent] = children.get(parent, 0) + 1
            if parent not in everything:
                everything.add(parent)
                waiting.append(parent)
    result, free = [], [y]
    while free:
        node = free.pop()
        result.append(node)
        for parent in {parent for parent, _ in node.parents}:
            children[parent] -= 1
            if not children[parent]:
                free.append(parent)
    return result[::-1]
""", """
def order(y):
    from graphlib import TopologicalSorter
    graph, waiting = {}, [y]
    while waiting:
        node = waiting.pop()
        if node not in graph:
            graph[node] = [parent for parent, _ in node.parents]
            waiting += graph[node]
    return list(TopologicalSorter(graph).static_order())
""", """
def order(y):
    depth = {}
    def deep(node):
        if node not in depth:
            depth[node] = 1 + max((deep(parent) for parent, _ in node.parents), default=-1)
        return depth[node]
    deep(y)
    return sorted(depth, key=depth.get)
""", """
def order(y):
    nodes = []
    for parent, _ in y.parents:
        nodes += [node for node in order(parent) if node not in nodes]
    return nodes + [y]
"""],
    "backward": ["""
from collections import defaultdict

def backward(nodes):
    slope = defaultdict(float)
    slope[nodes[-1]] = 1.0
    for node in nodes[::-1]:
        for parent, local in node.parents:
            slope[parent] = slope[parent] + local * slope[node]
    return dict(slope)
""", """
def backward(nodes):
    slope = {node: 0.0 for node in nodes}
    slope[nodes[-1]] = 1.0
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] += slope[node] * local
    return slope
""", """
from collections import defaultdict

def backward(nodes):
    slope = defaultdict(float)
    slope[nodes[-1]] = 1
    for node in nodes[::-1]:
        for parent, local in node.parents:
            slope[parent] += slope[node] * local
    return slope
""", """
def backward(nodes):
    number = {node: i for i, node in enumerate(nodes)}
    slopes = np.zeros(len(nodes))
    slopes[-1] = 1
    for i in range(len(nodes) - 1, -1, -1):
        for parent, local in nodes[i].parents:
            slopes[number[parent]] += local * slopes[i]
    return dict(zip(nodes, slopes))
""", """
def backward(nodes):
    def of(node):
        if node is nodes[-1]:
            return 1.0
        return sum(of(child) * local for child in nodes for parent, local in child.parents if parent is node)
    return {node: of(node) for node in nodes}
""", """
def backward(nodes):
    for node in nodes:
        node.slope = 0.0
    nodes[-1].slope = 1.0
    for node in reversed(nodes):
        for parent, local in node.parents:
            parent.slope = parent.slope + node.slope * local
    return {node: node.slope for node in nodes}
""", """
def backward(nodes):
    n = len(nodes)
    A = np.zeros((n, n))
    for i, node in enumerate(nodes):
        for parent, local in node.parents:
            A[nodes.index(parent), i] += local
    return dict(zip(nodes, np.linalg.solve(np.eye(n) - A, np.eye(n)[-1])))
"""],
    "hamilton": ["""
def hamilton(H, q, p):
    inputs = Node(q), Node(p)
    slopes = gradient(H(*inputs), list(inputs))
    return np.array([slopes[1], -slopes[0]])
""", """
def hamilton(H, q, p):
    q, p = Node(q), Node(p)
    dq, dp = gradient(H(q, p), [q, p])
    return dp, -dq
""", """
def hamilton(H, q, p):
    nodes = [Node(q), Node(p)]
    slopes = gradient(H(*nodes), nodes)
    return np.array([slopes[1], -slopes[0]])
""", """
def hamilton(H, q, p):
    x = lift(q), lift(p)
    J = np.array([[0, 1], [-1, 0]])
    return J @ gradient(H(*x), x)
""", """
def hamilton(H, q, p):
    q_node, p_node = Node(q), Node(p)
    y = H(q_node, p_node)
    return [gradient(y, [p_node])[0], -gradient(y, [q_node])[0]]
""", """
def hamilton(H, q, p):
    def slope_along(which):
        x = [Node(q), Node(p)]
        return gradient(H(*x), x)[which]
    return slope_along(1), -slope_along(0)
"""],
    "descend": ["""
def descend(loss, weights, rate, steps):
    weights = np.array(weights)
    for step in range(steps):
        nodes = list(map(Node, weights))
        weights = weights - rate * np.array(gradient(loss(nodes), nodes))
    return list(weights)
""", """
def descend(loss, weights, rate, steps):
    weights = list(weights)
    for _ in range(steps):
        nodes = [Node(w) for w in weights]
        weights = [w - rate * s for w, s in zip(weights, gradient(loss(nodes), nodes))]
    return weights
""", """
def descend(loss, weights, rate, steps):
    w = np.array(weights, dtype=float)
    for _ in range(steps):
        nodes = [Node(x) for x in w]
        w -= rate * np.array(gradient(loss(nodes), nodes))
    return list(w)
""", """
def descend(loss, weights, rate, steps):
    if steps == 0:
        return weights
    nodes = list(map(Node, weights))
    slopes = gradient(loss(nodes), nodes)
    return descend(loss, [node.value - rate * slope for node, slope in zip(nodes, slopes)], rate, steps - 1)
""", """
def descend(loss, weights, rate, steps):
    nodes = [lift(w) for w in weights]
    for step in range(steps):
        y = loss(nodes)
        slopes = gradient(y, nodes)
        nodes = [Node(node.value - rate * slopes[i]) for i, node in enumerate(nodes)]
    return [node.value for node in nodes]
""", """
import copy

def descend(loss, weights, rate, steps):
    new = copy.copy(weights)
    while steps > 0:
        nodes = [Node(w) for w in new]
        slopes = gradient(loss(nodes), nodes)
        for i in range(len(new)):
            new[i] = new[i] - rate * slopes[i]
        steps -= 1
    return new
""", """
def descend(loss, weights, rate, steps):
    w = np.array(weights, dtype=float)
    for _ in range(steps):
        nodes = [Node(x) for x in w]
        w = w - rate * np.array(gradient(loss(nodes), nodes))
    return w
"""],
}

FAULTS = {
    "plus_times": [(1, "swapped: if a grows by one, a b grows by b", """
def add(a, b):
    return Node(a.value + b.value, (a, 1.0), (b, 1.0))
def mul(a, b):
    return Node(a.value * b.value, (a, a.value), (b, b.value))
"""), (2, "if a grows by one, a + b grows by one", """
def add(a, b):
    return Node(a.value + b.value, (a, a.value), (b, b.value))
def mul(a, b):
    return Node(a.value * b.value, (a, b.value), (b, a.value))
"""), (1, "a local derivative is a plain number, not a Node", """
def add(a, b):
    return Node(a.value + b.value, (a, 1.0), (b, 1.0))
def mul(a, b):
    return Node(a.value * b.value, (a, b), (b, a))
"""), (0, "a sum has two parents, a and b, each in a pair with its", """
def add(a, b):
    return Node(a.value + b.value)
def mul(a, b):
    return Node(a.value * b.value)
"""), (0, "a sum of two nodes should be a Node, with a value and", """
def add(a, b):
    return a.value + b.value
def mul(a, b):
    return a.value * b.value
"""), (0, "RecursionError: maximum recursion depth exceeded", """
def add(a, b):
    return Node(a + b, (a, 1.0), (b, 1.0))
def mul(a, b):
    return Node(a * b, (a, b.value), (b, a.value))
""")],
    "functions": [(2, "the sine falls at 2: its derivative there is negative", """
def sin(a):
    return Node(math.sin(a.value), (a, -math.cos(a.value)))
def exp(a):
    return Node(math.exp(a.value), (a, math.exp(a.value)))
def power(a, n):
    return Node(a.value**n, (a, n * a.value ** (n - 1)))
"""), (2, "the derivative of exp is exp", """
def sin(a):
    return Node(math.sin(a.value), (a, math.cos(a.value)))
def exp(a):
    return Node(math.exp(a.value), (a, a.value * math.exp(a.value - 1)))
def power(a, n):
    return Node(a.value**n, (a, n * a.value ** (n - 1)))
"""), (2, "a factor is missing in the derivative of a power: n", """
def sin(a):
    return Node(math.sin(a.value), (a, math.cos(a.value)))
def exp(a):
    return Node(math.exp(a.value), (a, math.exp(a.value)))
def power(a, n):
    return Node(a.value**n, (a, a.value ** (n - 1)))
"""), (2, "a power of a node should be a Node with one parent, the", """
def sin(a):
    return Node(math.sin(a.value), (a, math.cos(a.value)))
def exp(a):
    return Node(math.exp(a.value), (a, math.exp(a.value)))
def power(a, n):
    result = a
    for _ in range(n - 1):
        result = result * a
    return result
"""), (0, "TypeError: must be real number, not Node", """
def sin(a):
    return math.sin(a)
def exp(a):
    return math.exp(a)
def power(a, n):
    return a**n
"""), (1, "the derivative of exp is exp", """
def sin(a):
    return Node(math.sin(a.value), (a, math.cos(a.value)))
def exp(a):
    return Node(math.exp(a.value), (a, 1.0))
def power(a, n):
    return Node(a.value**n, (a, n * a.value**n))
""")],
    "order": [(0, "this is the wrong way round: parents first, y last", """
def order(y):
    nodes = [y]
    for node in nodes:
        for parent, _ in node.parents:
            if parent not in nodes:
                nodes.append(parent)
    return nodes
"""), (1, "a node stands before its parent: visit the parents first", """
def order(y):
    nodes = [y]
    for node in nodes:
        for parent, _ in node.parents:
            if parent not in nodes:
                nodes.append(parent)
    return nodes[::-1]
"""), (2, "a node is in the list more than once: remember where you", """
def order(y):
    nodes = []
    for parent, _ in y.parents:
        nodes += order(parent)
    return nodes + [y]
"""), (0, "a node stands before its parent: visit the parents first", """
def order(y):
    return [parent for parent, _ in y.parents] + [y]
"""), (0, "all nodes that had a part in y, and no others (is the list", """
def order(y, nodes=[]):
    for parent, _ in y.parents:
        if parent not in nodes:
            order(parent, nodes)
    nodes.append(y)
    return nodes
"""), (2, "two nodes of the same value are two nodes", """
def order(y):
    nodes = {}
    def visit(node):
        if node.value not in nodes:
            for parent, _ in node.parents:
                visit(parent)
            nodes[node.value] = node
    visit(y)
    return list(nodes.values())
""")],
    "backward": [(1, "x was used three times: what comes back from each use adds", """
def backward(nodes):
    slope = {nodes[-1]: 1.0}
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] = slope[node] * local
    return slope
"""), (0, "along a chain the local derivatives multiply: 3 times 5 is", """
def backward(nodes):
    slope = {node: 0.0 for node in nodes}
    slope[nodes[-1]] = 1.0
    for node in nodes:
        for parent, local in node.parents:
            slope[parent] += slope[node] * local
    return slope
"""), (0, "along a chain the local derivatives multiply: 3 times 5 is", """
def backward(nodes):
    slope = {node: 0.0 for node in nodes}
    slope[nodes[-1]] = 1.0
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] += local
    return slope
"""), (0, "the slope of y with respect to itself is 1", """
def backward(nodes):
    slope = {node: 0.0 for node in nodes}
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] += slope[node] * local
    return slope
"""), (0, "y grows five times as fast as the node before it: go", """
def backward(nodes):
    slope = {node: 1.0 for node in nodes}
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] += slope[node] * local
    return slope
"""), (0, "the result should be a dictionary from nodes to numbers", """
def backward(nodes):
    slope = {node: 0.0 for node in nodes}
    slope[nodes[-1]] = 1.0
    for node in reversed(nodes):
        for parent, local in node.parents:
            slope[parent] += slope[node] * local
    return list(slope.values())
""")],
    "hamilton": [(0, "at (0, 1) the spring has dq/dt = dH/dp = 2", """
def hamilton(H, q, p):
    q, p = Node(q), Node(p)
    dq, dp = gradient(H(q, p), [q, p])
    return -dp, dq
"""), (0, "this is the gradient: Hamilton's equations turn it by a", """
def hamilton(H, q, p):
    q, p = Node(q), Node(p)
    dq, dp = gradient(H(q, p), [p, q])
    return dp, -dq
"""), (0, "for H = 3 q + p²/2 at (0.5, 2) dq/dt is 2: call H(q, p),", """
def hamilton(H, q, p):
    q, p = Node(q), Node(p)
    return gradient(H(p, q), [p, q])
"""), (0, "AttributeError: 'float' object has no attribute 'value'", """
def hamilton(H, q, p):
    dq, dp = gradient(H(q, p), [q, p])
    return dp, -dq
"""), (0, "for H = 3 q + p²/2 at (0.5, 2) dq/dt is 2: call H(q, p),", """
def hamilton(H, q, p):
    return 2 * p, -2 * q
""")],
    "descend": [(2, "three steps are wrong: each step needs new slopes", """
def descend(loss, weights, rate, steps):
    nodes = [Node(w) for w in weights]
    slopes = gradient(loss(nodes), nodes)
    return [w - rate * steps * s for w, s in zip(weights, slopes)]
"""), (0, "the loss grows: a step goes against the slope", """
def descend(loss, weights, rate, steps):
    for _ in range(steps):
        nodes = [Node(w) for w in weights]
        weights = [w + rate * s for w, s in zip(weights, gradient(loss(nodes), nodes))]
    return weights
"""), (2, "the list that was handed in has changed: make a new one", """
def descend(loss, weights, rate, steps):
    for _ in range(steps):
        nodes = [Node(w) for w in weights]
        slopes = gradient(loss(nodes), nodes)
        for i in range(len(weights)):
            weights[i] -= rate * slopes[i]
    return weights
"""), (2, "three steps are wrong: each step needs new slopes", """
def descend(loss, weights, rate, steps):
    for _ in range(steps):
        nodes = [Node(w) for w in weights]
        return [w - rate * s for w, s in zip(weights, gradient(loss(nodes), nodes))]
"""), (0, "every weight has to move, each by its own slope", """
def descend(loss, weights, rate, steps):
    weights = list(weights)
    for _ in range(steps):
        for i in range(len(weights)):
            nodes = [Node(w) for w in weights]
            weights[i] = weights[i] - rate * gradient(loss(nodes), nodes)[0]
    return weights
"""), (0, "the new weights should be plain numbers, as many as before", """
def descend(loss, weights, rate, steps):
    nodes = [Node(w) for w in weights]
    for _ in range(steps):
        slopes = gradient(loss(nodes), nodes)
        nodes = [node - rate * s for node, s in zip(nodes, slopes)]
    return nodes
"""), (1, "all weights move at once, by the slopes at the same place", """
def descend(loss, weights, rate, steps):
    weights = list(weights)
    for _ in range(steps):
        for i in range(len(weights)):
            nodes = [Node(w) for w in weights]
            weights[i] = weights[i] - rate * gradient(loss(nodes), nodes)[i]
    return weights
""")],
}
