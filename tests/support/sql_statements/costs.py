"""Statements that must be refused before the engine computes them for minutes: too long, too deep, or growing."""

COSTS: list[tuple[str, str]] = [
    # patterns
    ("pattern", "SELECT name LIKE '" + "%a" * 1000 + "' FROM opportunities"),
    ("pattern", "SELECT name LIKE '" + "%" * 5000 + "b' FROM opportunities"),
    ("pattern", "SELECT name NOT LIKE '" + "a%" * 12 + "' FROM opportunities"),
    ("pattern", "SELECT name ILIKE '" + "%a_" * 20 + "' FROM opportunities"),
    ("pattern", "SELECT like(name, '" + "%a" * 30 + "') FROM opportunities"),
    ("pattern", "SELECT name LIKE '" + "a" * 501 + "' FROM opportunities"),
    ("pattern", "SELECT name LIKE concat('" + "%a" * 5 + "', '" + "%a" * 5 + "') FROM opportunities"),
    ("pattern", "SELECT name LIKE name FROM opportunities"),
    ("pattern", "WITH '" + "%a" * 12 + "' AS p SELECT name LIKE p FROM opportunities"),
    ("pattern", "SELECT match(name, '(a*)*(b*)*(c*)*(d*)*(e*)*(f*)*') FROM opportunities"),
    ("pattern", "SELECT match(name, name) FROM opportunities"),
    ("pattern", "SELECT match(name, concat('a', 'b')) FROM opportunities"),
    ("pattern", "SELECT extractAll(name, 'a{1000}') FROM opportunities"),
    ("pattern", "SELECT extractAll(name, '(a{100}){100}') FROM opportunities"),
    ("pattern", "SELECT extractAll(name, '((a{9}){9}){9}') FROM opportunities"),
    ("pattern", "SELECT extractAll(name, '.{0,900}') FROM opportunities"),
    ("pattern", "SELECT extractAll(name, '.{900,}') FROM opportunities"),
    ("pattern", "SELECT extractAll(name, 'a{99999999999999999999}') FROM opportunities"),
    ("pattern", "SELECT extract(name, '" + "a?" * 50 + "') FROM opportunities"),
    ("pattern", "SELECT extractAll(name, '" + "(a|b)" * 100 + "') FROM opportunities"),
    ("too-large", "SELECT extractAll(" + "concat(" * 12 + "name" + ", name)" * 12 + ", 'a.*z|a') FROM opportunities"),
    (
        "too-large",
        "SELECT match(s, 'a.*z|a') FROM (SELECT " + "replaceAll(name, '1', '" + "1" * 400 + "') AS s FROM users)",
    ),
    ("too-large", "SELECT match(arrayStringConcat(groupArray(name)), 'a.*z|a') FROM opportunities"),
    (
        "too-large",
        "SELECT hasAll(g, arrayMap(x -> hasAny(g, g) + hasAll(g, g), g)) "
        "FROM (SELECT groupArray(name) AS g FROM opportunities)",
    ),
    ("function", "SELECT replaceRegexpAll(name, 'a.*z|a', '') FROM opportunities"),
    ("function", "SELECT multiMatchAny(name, ['a.*z']) FROM opportunities"),
    # texts and arrays that grow
    (
        "too-large",
        "SELECT "
        + ", ".join(f"concat({a}, {a}) AS {b}" for a, b in zip("abcdefghijklmn", "bcdefghijklmno", strict=True))
        + ", name AS a FROM opportunities",
    ),
    (
        "too-large",
        "SELECT concat(s, s, s, s, s, s, s, s, s, s) AS s FROM (" * 5 + "SELECT name AS s FROM opportunities" + ")" * 5,
    ),
    ("too-deep", "SELECT s || s AS s FROM (" * 13 + "SELECT name AS s FROM opportunities" + ")" * 13),
    (
        "too-large",
        "WITH a0 AS (SELECT name AS x FROM opportunities), "
        + ", ".join(f"a{i + 1} AS (SELECT concat(x, x, x, x, x, x, x) AS x FROM a{i})" for i in range(5))
        + " SELECT x FROM a5",
    ),
    (
        "too-large",
        "WITH 'aaaaaaaaaa' AS a0, "
        + ", ".join(f"concat(a{i}, a{i}, a{i}, a{i}, a{i}, a{i}) AS a{i + 1}" for i in range(6))
        + " SELECT a6",
    ),
    (
        "too-large",
        "SELECT " + "replaceAll(" * 3 + "name" + f", '1', '{'1' * 900}')" * 3 + " FROM opportunities",
    ),
    (
        "too-large",
        "SELECT " + "arrayStringConcat([" * 4 + "name" + f", name], '{'1' * 900}')" * 4 + " FROM opportunities",
    ),
    (
        "too-large",
        "SELECT arrayConcat(a, a, a, a, a, a, a, a, a, a) AS a FROM (" * 3
        + "SELECT groupArray(name) AS a FROM opportunities"
        + ")" * 3,
    ),
    (
        "too-large",
        "SELECT arrayMap(x -> arrayMap(y -> arrayMap(z -> 1, g), g), g) "
        "FROM (SELECT groupArray(name) AS g FROM opportunities)",
    ),
    (
        "too-large",
        "SELECT arraySum(x -> arraySum(y -> arraySum(z -> 1, g), g), g) "
        "FROM (SELECT groupArray(name) AS g FROM opportunities)",
    ),
    # columns
    ("too-large", "SELECT " + ", ".join(["*"] * 1500) + " FROM opportunities"),
    ("too-large", "SELECT * FROM (" + "SELECT *, *, *, *, *, *, *, * FROM (" * 8 + "SELECT * FROM users" + ")" * 9),
    ("too-large", "WITH '" + "x" * 12_000 + "' AS s SELECT " + ", ".join(["s"] * 900)),
    # joins and unions
    ("too-large", "SELECT count() FROM " + ", ".join(f"opportunities AS o{i}" for i in range(8))),
    ("too-large", "SELECT count() FROM " + ", ".join(f"opportunities AS o{i}" for i in range(23))),
    (
        "too-large",
        "SELECT count() FROM opportunities AS a"
        + "".join(f" JOIN opportunities AS o{i} ON o{i}.stage = a.stage" for i in range(11)),
    ),
    (
        "too-large",
        "SELECT count() FROM opportunities AS a" + "".join(f" JOIN opportunities AS o{i} ON 1 = 1" for i in range(6)),
    ),
    (
        "too-large",
        "SELECT count() FROM opportunities AS a"
        + "".join(f" JOIN opportunities AS o{i} ON o{i}.stage = o{i}.stage" for i in range(6)),
    ),
    ("too-large", "SELECT count() FROM opportunities AS a" + " CROSS JOIN opportunities" * 5),
    ("too-large", " UNION ALL ".join(["SELECT 1 AS x"] * 60)),
    (
        "too-large",
        "WITH a0 AS (SELECT * FROM opportunities), "
        + ", ".join(f"a{i + 1} AS (SELECT x.name AS name FROM a{i} AS x, a{i} AS y, a{i} AS z)" for i in range(6))
        + " SELECT count() FROM a6",
    ),
    # expressions that are written out
    (
        "too-large",
        "WITH 1 + 1 AS a0, " + ", ".join(f"a{i} + a{i} AS a{i + 1}" for i in range(40)) + " SELECT a40",
    ),
    (
        "too-large",
        "WITH 1 + 1 AS a0, "
        + ", ".join(f"a{i} + a{i} AS a{i + 1}" for i in range(40))
        + " SELECT 1 FROM opportunities AS o JOIN accounts AS a ON a40 = o.name",
    ),
    ("too-large", "SELECT " + "(" * 30 + "1" + " BETWEEN 1 AND 2)" * 30),
    ("too-large", "SELECT 1 FROM opportunities JOIN accounts ON " + "(" * 30 + "1" + " BETWEEN 1 AND 2)" * 30),
    # nesting and length
    ("too-deep", "SELECT " + "(SELECT " * 13 + "1" + ")" * 13),
    ("too-deep", "SELECT * FROM " + "(SELECT * FROM " * 13 + "opportunities" + ")" * 13),
    ("too-deep", "SELECT " + "(" * 500 + "1" + ")" * 500),
    ("too-deep", "SELECT " + "-(" * 60 + "1" + ")" * 60),
    ("too-deep", "SELECT " + "[" * 41 + "1" + "]" * 41),
    ("too-deep", "SELECT " + "NOT " * 3000 + "1"),
    ("too-deep", "SELECT " + "CASE WHEN 1 THEN " * 400 + "1" + " END" * 400),
    ("too-deep", "SELECT " + "- " * 1500 + "1"),
    ("too-long", "SELECT " + "1+" * 1500 + "1" + "+1" * 1500),
    ("too-deep", "SELECT " + "1+" * 1500 + "1"),
    ("too-long", "SELECT " + " + ".join(["1"] * 2100)),
    ("too-long", "SELECT [" + ",".join(["1"] * 2100) + "]"),
    ("too-long", "SELECT '" + "x" * 30_000 + "'"),
    # something out of nothing, and waiting
    ("function", "SELECT arrayWithConstant(1000000, 'x')"),
    ("function", "SELECT arrayResize([1], 1000000000)"),
    ("function", "SELECT leftPad('x', 1000000000)"),
    ("function", "SELECT space(1000000000)"),
    ("function", "SELECT format('{}{}', name, name) FROM opportunities"),
    ("function", "SELECT hex(name) FROM opportunities"),
    ("function", "SELECT ngrams(name, 3) FROM opportunities"),
    ("function", "SELECT sleep(1), name FROM opportunities"),
    ("function", "SELECT arrayMap(sleep, [3])"),
    ("function", "SELECT damerauLevenshteinDistance(name, name) FROM opportunities"),
    ("function", "SELECT arrayPermutations([1])"),
    ("function", "SELECT groupArrayIntersect([1])"),
    ("function", "SELECT numbers(1000000000)"),
    ("function", "SELECT range(0, 1000000000)"),
    ("view", "SELECT * FROM numbers_mt(1000000000)"),
    ("view", "SELECT * FROM zeros(1000000000)"),
    ("view", "SELECT * FROM generate_series(1, 1000000000)"),
    ("not-allowed", "SELECT * FROM system.numbers"),
]
