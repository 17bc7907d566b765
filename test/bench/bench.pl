#!/usr/bin/perl
# bench.pl normalize [ROWS]      what the normalizing functions cost in SQL
# bench.pl overlap [N ...]       overlap of N x N rows
# bench.pl large [N M]           one overlap of N x M rows, work_mem 256MB
#
# Runs in the cluster of the environment (PGHOST, PGUSER), in a database of its
# own. Lists are generated into BENCH_DIR and kept there; the peers from npm
# are installed there. BENCH_DATA has the real lists below lists/. RUNS is the
# number of rounds (7).
#
# All times are CPU time (user and system) of the one process that does the
# work: the backend, or node. Every round runs all candidates one after the
# other, each of ours in a fresh backend, so that what the machine does
# meanwhile meets all of them; printed are medians and the best.
use strict;
use warnings;
use IPC::Open2;

my $dir = $ENV{BENCH_DIR} // die "BENCH_DIR is not set\n";
my $data = $ENV{BENCH_DATA} // '../shared/data';
my $runs = $ENV{RUNS} // 7;
my $here = $0 =~ m{^(.*)/} ? $1 : '.';
$| = 1;

# ---- a psql that stays, and the process that serves it

package Session
{
	# Options are settings, as for libpq's PGOPTIONS
	sub new
	{
		my ($class, $database, %settings) = @_;
		my %default = (jit => 'off', max_parallel_workers_per_gather => 0, client_min_messages => 'warning');
		local $ENV{PGOPTIONS} = join ' ', map { "-c $_=" . ({ %default, %settings }->{$_} =~ s/ /\\ /gr) }
		  sort keys %{ { %default, %settings } };
		my $self = bless {}, $class;
		$self->{psql} = IPC::Open2::open2($self->{out}, $self->{in}, 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $database);
		$self->{pid} = $self->run('SELECT pg_backend_pid()');
		return $self;
	}

	# Run SQL; returns what it printed
	sub run
	{
		my ($self, $sql) = @_;
		my ($in, $out, @lines) = @$self{qw(in out)};
		print $in "$sql\n;\n\\echo --done--\n";
		$in->flush;
		while (defined(my $line = <$out>))
		{
			chomp $line;
			return join "\n", @lines if $line eq '--done--';
			push @lines, $line;
		}
		die "psql ended at: $sql\n";
	}

	# CPU time of the backend so far, in seconds
	sub cpu
	{
		my ($self) = @_;
		my ($ns) = split ' ', main::slurp("/proc/$self->{pid}/schedstat") // '';
		return $ns / 1e9 if $ns;
		# after the name in brackets: 11 fields, then user and system, in ticks
		my @field = split ' ', main::slurp("/proc/$self->{pid}/stat") =~ s/.*\) //r;
		return ($field[11] + $field[12]) / 100;
	}

	# CPU seconds of some SQL, and its output
	sub timed
	{
		my ($self, $sql) = @_;
		my $start = $self->cpu;
		my $result = $self->run($sql);
		return ($self->cpu - $start, $result);
	}

	# The most private memory that the backend ever had, MB: without shared buffers
	sub memory
	{
		my ($self) = @_;
		my %kb = main::slurp("/proc/$self->{pid}/status") =~ /^(\w+):\s*(\d+) kB/mg;
		return ($kb{VmHWM} - $kb{RssShmem} - $kb{RssFile}) / 1024;
	}

	sub DESTROY
	{
		my ($self) = @_;
		close $self->{in};
		waitpid $self->{psql}, 0;
	}
}

package main;

sub slurp
{
	my ($file) = @_;
	open my $fh, '<', $file or return;
	local $/;
	return scalar <$fh>;
}

sub median { my @s = sort { $a <=> $b } @_; return ($s[$#s / 2] + $s[@s / 2]) / 2; }
sub best { return (sort { $a <=> $b } @_)[0]; }
sub highest { return (sort { $b <=> $a } @_)[0]; }
sub commas { my $n = shift; 1 while $n =~ s/^(\d+)(\d{3})/$1,$2/; return $n; }

# ---- lists and peers

my $version;

# The name of a generated file, made if it is not there; a change of the generator makes it anew
sub generated
{
	my ($what, @rows) = @_;
	$version //= (split ' ', `cksum $here/make_lists.pl`)[0];
	my $file = "$dir/$what-" . join('x', @rows) . "-$version.csv";
	if (!-e $file)
	{
		system("perl $here/make_lists.pl --lists '$data/lists' $what @rows > '$file.new'") == 0 or exit 1;
		rename "$file.new", $file or die "$file: $!\n";
	}
	return $file;
}

# Whether a package of npm is there, installed now if need be; says why not
sub peer
{
	my ($package, $version) = @_;
	return 1 if -d "$dir/node_modules/$package";
	my $why;
	if (system('node --version > /dev/null 2>&1 && npm --version > /dev/null 2>&1') != 0)
	{
		$why = 'no node and npm here';
	}
	elsif (system("npm install --prefix '$dir' --no-audit --no-fund --loglevel error '$package\@$version' > '$dir/npm.log' 2>&1") != 0)
	{
		$why = "npm could not install it, see $dir/npm.log";
	}
	print "SKIPPED: $package ($why)\n" if $why;
	return !$why;
}

# A database with both lists
sub load_lists
{
	my ($database, @files) = @_;
	system("dropdb --if-exists $database 2> /dev/null; createdb $database") == 0 or exit 1;
	my $s = Session->new($database);
	$s->run('CREATE EXTENSION accountmatch');
	for my $table (qw(ours theirs))
	{
		my $file = shift @files;
		$s->run("CREATE TABLE $table (account_id text, name text, website text, country text, status text)");
		$s->run("\\copy $table FROM '$file' (FORMAT csv, HEADER)");
		$s->run("VACUUM (ANALYZE, FREEZE) $table");
	}
	$s->run(slurp("$here/peers/setup.sql"));
	$s->run('CREATE TABLE none (LIKE ours)');
}

# ---- overlap

# What we run: name, rules, work_mem
my @ours = (
	[ 'domain',  'overlap, work_mem 1GB',  "rules => '{domain}'", '1GB' ],
	[ 'domain',  'overlap, work_mem 64MB', "rules => '{domain}'", '64MB' ],
	[ 'domain',  'overlap, work_mem 4MB',  "rules => '{domain}'", '4MB' ],
	[ 'cascade', 'overlap, work_mem 1GB',  '',                    '1GB' ],
	[ 'cascade', 'overlap, work_mem 4MB',  '',                    '4MB' ]);

my $floor = "SELECT count(account_id), count(name), count(website), count(country), count(status) FROM %s";

# One call of overlap() in a fresh backend: CPU seconds, rows, MB
sub run_overlap
{
	my ($database, $options, $work_mem) = @_;
	my $s = Session->new($database, work_mem => $work_mem);
	$options = ", $options" if $options ne '';
	# loads the library and what it reads at first use
	$s->run("SELECT count(*) FROM accountmatch.overlap('none', 'none'$options)");
	my ($cpu, $rows) = $s->timed("SELECT count(*) FROM accountmatch.overlap('ours', 'theirs'$options)");
	return ($cpu, $rows, $s->memory);
}

# The engine's own account of one call
sub print_stages
{
	my ($database, $options) = @_;
	$options = ", $options" if $options ne '';
	local $ENV{PGOPTIONS} = '-c work_mem=1GB -c client_min_messages=log -c accountmatch.log_stages=on -c max_parallel_workers_per_gather=0';
	for (`psql -XqAt -d $database -c "SELECT count(*) FROM accountmatch.overlap('ours', 'theirs'$options)" 2>&1`)
	{
		print "    $1\n" if /accountmatch: (.*)/;
	}
}

sub bench_overlap
{
	my (@sizes) = @_;
	my $duckdb = peer('@duckdb/node-api', 'latest');
	for my $n (@sizes)
	{
		my @files = (generated('a', $n, $n), generated('b', $n, $n));
		load_lists('bench_overlap', @files);
		my ($to_duck, $from_duck, $duck_pid, $duck_version);
		if ($duckdb)
		{
			$duck_pid = open2($from_duck, $to_duck, 'node', "$here/peers/duckdb.mjs", $dir, @files);
			($duck_version) = (<$from_duck> // '') =~ /^ready (\S+)/ or die "DuckDB did not start\n";
		}

		my (%cpu, %rows, %memory);
		my $note = sub {
			my ($name, $cpu, $rows, $memory) = @_;
			push @{ $cpu{$name} }, $cpu;
			push @{ $memory{$name} }, $memory if defined $memory;
			$rows{$name} = $rows;
		};
		# the longest lists need no more than a look
		my $rounds = $n > 1_000_000 && $runs > 3 ? 3 : $runs;
		for my $round (1 .. $rounds)
		{
			{
				my $s = Session->new('bench_overlap');
				$s->run("SELECT count(*) FROM none");
				my $cpu = 0;
				$cpu += ($s->timed(sprintf $floor, $_))[0] for qw(ours theirs);
				$note->('floor', $cpu, 2 * $n);
			}
			for (@ours)
			{
				my ($kind, $name, $options, $work_mem) = @$_;
				$note->("$kind $name", run_overlap('bench_overlap', $options, $work_mem));
			}
			for my $kind ($duckdb ? qw(domain cascade) : ())
			{
				print $to_duck "$here/peers/duckdb_$kind.sql\n";
				$to_duck->flush;
				my ($cpu, $rows, $kb) = split ' ', <$from_duck> // die "DuckDB ended\n";
				$note->("$kind DuckDB", $cpu, $rows, $kb / 1024);
			}
			# takes its time, and is no close call
			if ($round <= 3 && $n <= 1_000_000)
			{
				my $s = Session->new('bench_overlap', work_mem => '1GB');
				$note->('domain PostgreSQL, by hand', $s->timed(slurp("$here/peers/postgres_domain.sql")), $s->memory);
			}
		}
		if ($duckdb)
		{
			close $to_duck;
			waitpid $duck_pid, 0;
		}

		printf "\n%s x %s rows, CPU seconds of one process, medians of %d rounds%s\n",
		  commas($n), commas($n), $rounds, $duckdb ? ", DuckDB $duck_version" : '';
		printf "  %-9s %-26s %8s %8s %8s %9s %10s\n", 'rules', '', 'median', 'best', 'memory', 'rows', 'of DuckDB';
		printf "  %-9s %-26s %8.2f %8.2f\n", '', 'floor: count all columns', median(@{ $cpu{floor} }), best(@{ $cpu{floor} });
		for my $kind (qw(domain cascade))
		{
			for (grep { $cpu{"$kind $_"} } (map { $_->[1] } grep { $_->[0] eq $kind } @ours), 'DuckDB', 'PostgreSQL, by hand')
			{
				my @cpu = @{ $cpu{"$kind $_"} };
				my @duck = @{ $cpu{"$kind DuckDB"} // [] };
				# paired: each round's ratio, so that a slow round meets both
				my @ratio = map { $cpu[$_] / $duck[$_] } 0 .. ($#duck < $#cpu ? $#duck : $#cpu);
				printf "  %-9s %-26s %8.2f %8.2f %5.0f MB %9s %10s\n", $kind, $_, median(@cpu), best(@cpu),
				  highest(@{ $memory{"$kind $_"} }), commas($rows{"$kind $_"}),
				  @ratio ? sprintf('%.2f', median(@ratio)) : '';
			}
		}
		for (grep { $_->[3] eq '1GB' } @ours)
		{
			print "  stages of $_->[0]:\n";
			print_stages('bench_overlap', $_->[2]);
		}
		system('dropdb bench_overlap');
	}
}

# One run that does not fit in memory
sub bench_large
{
	my ($n, $m) = @_;
	load_lists('bench_large', generated('a', $n, $m), generated('b', $n, $m));
	printf "\n%s x %s rows, work_mem 256MB, one run\n", commas($n), commas($m);
	for ([ 'domain', "rules => '{domain}'" ], [ 'cascade', '' ])
	{
		my ($kind, $options) = @$_;
		my $start = time;
		my ($cpu, $rows, $memory) = run_overlap('bench_large', $options, '256MB');
		printf "  %-9s %6.1f s CPU, %d s elapsed, %.0f MB private memory at most, %s rows\n",
		  $kind, $cpu, time - $start, $memory, commas($rows);
	}
	system('dropdb bench_large');
}

# ---- normalize

sub bench_normalize
{
	my ($n) = @_;
	my $websites = generated('websites', $n);
	system('dropdb --if-exists bench_normalize 2> /dev/null; createdb bench_normalize') == 0 or exit 1;
	my $s = Session->new('bench_normalize');
	$s->run('CREATE EXTENSION accountmatch; CREATE EXTENSION unaccent');
	$s->run('CREATE TABLE site (website text)');
	$s->run("\\copy site FROM '$websites'");
	$s->run('CREATE TABLE account (account_id text, name text, website text, country text, status text)');
	$s->run("\\copy account FROM '" . generated('a', $n, $n) . "' (FORMAT csv, HEADER)");
	# each name beside the same organisation's next one: half of the pairs resemble each other
	$s->run(q{CREATE TABLE pair AS SELECT name AS a, CASE WHEN row_number() OVER () % 2 = 0 THEN upper(name) || ' Inc'
		ELSE lag(name, 1, name) OVER () END AS b FROM account});
	$s->run('VACUUM (ANALYZE, FREEZE)');

	# table, expression, what it is compared with
	my @expressions = (
		[ 'site',    'length(website)' ],
		[ 'site',    'accountmatch.registrable_domain(website)', 'length(website)' ],
		[ 'site',    'accountmatch.match_host(website)',         'length(website)' ],
		[ 'account', 'length(name)' ],
		[ 'account', 'lower(public.unaccent(name))',             'length(name)' ],
		[ 'account', 'accountmatch.match_company(name)',         'length(name)' ],
		[ 'pair',    'length(a) + length(b)' ],
		[ 'pair',    'accountmatch.company_similarity(a, b)',    'length(a) + length(b)' ]);
	my %cpu;
	for my $round (0 .. $runs)
	{
		for (@expressions)
		{
			my ($table, $expression) = @$_;
			my ($cpu) = $s->timed("SELECT count($expression) FROM $table");
			push @{ $cpu{$expression} }, $cpu if $round > 0;
		}
	}
	printf "\nSELECT count(...) over %s rows, CPU, medians of %d rounds\n", commas($n), $runs;
	for (@expressions)
	{
		my ($table, $expression, $base) = @$_;
		my $cpu = median(@{ $cpu{$expression} });
		printf "  %-42s %7.0f ms", $expression, 1000 * $cpu;
		if ($base)
		{
			my @ratio = map { $cpu{$expression}[$_] / $cpu{$base}[$_] } 0 .. $runs - 1;
			printf ", %5.2f times %s, %4.0f ns a value more", median(@ratio), $base,
			  1e9 * ($cpu - median(@{ $cpu{$base} })) / $n;
		}
		print "\n";
	}
	if (peer('tldts', '7.5'))
	{
		my ($version, $ns, $found) = split ' ', `node $here/peers/tldts.mjs '$dir' '$websites'`;
		my $query = 'accountmatch.registrable_domain(website)';
		my $ours = 1e9 * median(@{ $cpu{$query} }) / $n;
		printf "  tldts %s getDomain on the same values: %.0f ns a value (%s found); the whole query above: %.0f ns (%s found), ratio %.2f\n",
		  $version, $ns, commas($found), $ours, commas($s->run("SELECT count($query) FROM site")), $ours / $ns;
	}
	undef $s;
	system('dropdb bench_normalize');
}

my ($what, @arguments) = @ARGV;
s/_//g for @arguments;
mkdir $dir;
if (!-r "$data/lists/truth.csv")
{
	print "SKIPPED: no lists in $data/lists\n";
	exit 0;
}
if    (($what // '') eq 'normalize') { bench_normalize($arguments[0] // 1_000_000); }
elsif (($what // '') eq 'overlap') { bench_overlap(@arguments ? @arguments : (100_000, 1_000_000, 3_000_000)); }
elsif (($what // '') eq 'large') { bench_large(@arguments == 2 ? @arguments : (10_000_000, 1_000_000)); }
else { die "usage: bench.pl normalize [ROWS] | overlap [N ...] | large [N M]\n"; }
