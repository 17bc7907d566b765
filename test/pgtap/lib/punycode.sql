-- A-labels by RFC 3492, section 6.3, for expectations that are published in
-- Unicode. Does no mapping: the text is lower case and in NFC.
CREATE FUNCTION pg_temp.a_label(label text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
	codes int[] := ARRAY(SELECT ascii(c) FROM regexp_split_to_table(label, '') WITH ORDINALITY AS t(c, n) ORDER BY n);
	digits text := 'abcdefghijklmnopqrstuvwxyz0123456789';
	result text := regexp_replace(label, '[^\u0001-\u007f]', '', 'g');
	b int := length(result);
	h int := b;
	n int := 128;
	delta int := 0;
	bias int := 72;
	m int; q int; k int; t int; c int;
BEGIN
	IF b = length(label) THEN
		RETURN label;
	END IF;
	IF b > 0 THEN
		result := result || '-';
	END IF;
	WHILE h < cardinality(codes) LOOP
		SELECT min(x) INTO m FROM unnest(codes) x WHERE x >= n;
		delta := delta + (m - n) * (h + 1);
		n := m;
		FOREACH c IN ARRAY codes LOOP
			IF c < n THEN
				delta := delta + 1;
			ELSIF c = n THEN
				q := delta;
				k := 36;
				LOOP
					t := least(greatest(k - bias, 1), 26);
					EXIT WHEN q < t;
					result := result || substr(digits, t + (q - t) % (36 - t) + 1, 1);
					q := (q - t) / (36 - t);
					k := k + 36;
				END LOOP;
				result := result || substr(digits, q + 1, 1);
				-- adapt
				delta := CASE WHEN h = b THEN delta / 700 ELSE delta / 2 END;
				delta := delta + delta / (h + 1);
				k := 0;
				WHILE delta > 455 LOOP
					delta := delta / 35;
					k := k + 36;
				END LOOP;
				bias := k + 36 * delta / (delta + 38);
				delta := 0;
				h := h + 1;
			END IF;
		END LOOP;
		delta := delta + 1;
		n := n + 1;
	END LOOP;
	RETURN 'xn--' || result;
END
$$;

CREATE FUNCTION pg_temp.a_labels(host text) RETURNS text IMMUTABLE STRICT LANGUAGE sql AS
	'SELECT string_agg(pg_temp.a_label(l), ''.'' ORDER BY n) FROM string_to_table(host, ''.'') WITH ORDINALITY AS t(l, n)';
